using System.Text.RegularExpressions;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Asks the server to end each watch after two seconds, which it does in good order and without a word.</summary>
internal sealed partial class ShortWatches(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private int _watches;
    private int _others;

    /// <summary>Watches so far.</summary>
    public int Watches => Volatile.Read(ref _watches);

    /// <summary>Lists and all else so far.</summary>
    public int Others => Volatile.Read(ref _others);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.AbsoluteUri;
        if (Seconds().IsMatch(address))
        {
            Interlocked.Increment(ref _watches);
            request.RequestUri = new Uri(Seconds().Replace(address, "timeoutSeconds=2"));
        }
        else
        {
            Interlocked.Increment(ref _others);
        }

        return base.SendAsync(request, cancellationToken);
    }

    [GeneratedRegex("timeoutSeconds=[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Seconds();
}
