namespace Mesh.Client.Benchmarks.Clients;

/// <summary>A primary handler of the application's own that answers without a network, at once or after a turn through the thread pool.</summary>
internal sealed class StubHandler(bool isAsynchronous) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => isAsynchronous ? AnswerLaterAsync(request) : Task.FromResult(Answer(request));

    private static async Task<HttpResponseMessage> AnswerLaterAsync(HttpRequestMessage request)
    {
        await Task.Yield();
        return Answer(request);
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request) => new() { RequestMessage = request };
}
