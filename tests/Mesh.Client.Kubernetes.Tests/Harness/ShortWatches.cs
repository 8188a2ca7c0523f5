using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Asks the server to end each watch after two seconds, which it does in good order and without a word.</summary>
/// <param name="inner">What sends.</param>
/// <param name="answers">The last answer to each watch, by its path: one that was refused has no stream any more.</param>
internal sealed partial class ShortWatches(HttpMessageHandler inner, ConcurrentDictionary<string, HttpStatusCode>? answers = null) : DelegatingHandler(inner)
{
    private int _watches;
    private int _others;
    private int _isAncient;

    /// <summary>Watches so far.</summary>
    public int Watches => Volatile.Read(ref _watches);

    /// <summary>Lists and all else so far.</summary>
    public int Others => Volatile.Read(ref _others);

    /// <summary>Has the next watch ask for what happened since a version that every server has forgotten.</summary>
    public void FromAncientVersion() => Volatile.Write(ref _isAncient, 1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.AbsoluteUri;
        if (Seconds().IsMatch(address))
        {
            Interlocked.Increment(ref _watches);
            address = Seconds().Replace(address, "timeoutSeconds=2");
            request.RequestUri = new Uri(Interlocked.Exchange(ref _isAncient, 0) == 1 ? Version().Replace(address, "resourceVersion=1") : address);
            var response = await base.SendAsync(request, cancellationToken);
            if (answers is not null)
            {
                answers[request.RequestUri.AbsolutePath] = response.StatusCode;
            }

            return response;
        }

        Interlocked.Increment(ref _others);
        return await base.SendAsync(request, cancellationToken);
    }

    [GeneratedRegex("timeoutSeconds=[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Seconds();

    [GeneratedRegex("resourceVersion=[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}
