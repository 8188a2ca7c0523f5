using System.Net;
using System.Net.Http.Headers;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>A request that waits for its answer.</summary>
internal sealed class ScriptedCall
{
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedCall(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Path = request.RequestUri!.AbsolutePath;
        Query = Uri.UnescapeDataString(request.RequestUri.Query);
        Authorization = request.Headers.Authorization;
        Accept = request.Headers.Accept.ToString();
        cancellationToken.Register(() => _answer.TrySetCanceled(cancellationToken));
    }

    public string Path { get; }

    public string Query { get; }

    public AuthenticationHeaderValue? Authorization { get; }

    public string Accept { get; }

    public Task<HttpResponseMessage> Answer => _answer.Task;

    public void Reply(HttpStatusCode status, string body = "", TimeSpan? retryAfter = null)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body) };
        response.Headers.RetryAfter = retryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
        _answer.TrySetResult(response);
    }

    public void Fail(Exception exception) => _answer.TrySetException(exception);

    public ScriptedStream Open()
    {
        var stream = new ScriptedStream();
        _answer.TrySetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) });
        return stream;
    }
}
