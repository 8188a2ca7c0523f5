using System.Globalization;

namespace Mesh.Client.TestKit;

/// <summary>A request as it was when it reached the transport; later changes to the message do not show here.</summary>
internal sealed record RecordedRequest(
    string Method, Uri Uri, string Authority, string? Host, Version Version, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public static RecordedRequest From(HttpRequestMessage request, byte[] body)
    {
        var uri = request.RequestUri ?? throw new InvalidOperationException("A request without a URI reached the transport.");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            headers[name] = string.Join(", ", values);
        }

        if (request.Content is not null)
        {
            foreach (var (name, values) in request.Content.Headers.NonValidated)
            {
                headers[name] = string.Join(", ", values);
            }
        }

        var authority = string.Create(CultureInfo.InvariantCulture, $"{uri.Host}:{uri.Port}");
        return new RecordedRequest(request.Method.Method, uri, authority, request.Headers.Host, request.Version, headers, body);
    }
}
