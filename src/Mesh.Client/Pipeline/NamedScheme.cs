using Mesh.Client.Routing;

namespace Mesh.Client.Pipeline;

/// <summary>
/// URIs as Microsoft.Extensions.ServiceDiscovery writes them: <c>https+http://name</c> and <c>http://_port.name</c>. The table has found
/// service and port; the connections below need an ordinary URI, which is put in place for the call and taken out after it.
/// </summary>
internal static class NamedScheme
{
    public static bool Applies(Uri uri) => HasSchemes(uri) || HasPortName(uri);

    public static async ValueTask<HttpResponseMessage> RunAsync(CallRunner runner, MeshCall call)
    {
        var request = call.Request;
        var original = request.RequestUri!;
        var ordinary = Ordinary(original, call.Host);
        request.RequestUri = ordinary;
        try
        {
            return await runner.RunAsync(call).ConfigureAwait(false);
        }
        finally
        {
            // After a redirect it says where the answer came from.
            if (ReferenceEquals(request.RequestUri, ordinary))
            {
                CallerMessage.RestoreUri(request, original);
            }
        }
    }

    /// <summary>What the connections see in place of <paramref name="uri"/>, and the rules too.</summary>
    public static Uri Ordinary(Uri uri, in HostMatch match)
    {
        var port = match.Port;
        var host = HasPortName(uri) ? uri.Host[(uri.Host.IndexOf('.', StringComparison.Ordinal) + 1)..] : uri.Host;
        var scheme = HasSchemes(uri) ? Choose(uri.Scheme, match) : uri.Scheme;
        return new UriBuilder(scheme, host, port) { Path = uri.AbsolutePath, Query = uri.Query }.Uri;
    }

    private static bool HasSchemes(Uri uri) => uri.Scheme.Contains('+', StringComparison.Ordinal);

    private static bool HasPortName(Uri uri) => uri.Host.StartsWith('_') && uri.Host.Contains('.', StringComparison.Ordinal);

    /// <summary>The first scheme of the list that names the chosen port; a port of another name speaks plain HTTP.</summary>
    private static string Choose(string schemes, in HostMatch match)
    {
        var number = match.Port;
        var name = match.Host.Service?.Ports.FirstOrDefault(port => port.Number == number)?.Name;
        foreach (var scheme in schemes.Split('+'))
        {
            if (string.Equals(scheme, name, StringComparison.OrdinalIgnoreCase))
            {
                return scheme;
            }
        }

        return Uri.UriSchemeHttp;
    }
}
