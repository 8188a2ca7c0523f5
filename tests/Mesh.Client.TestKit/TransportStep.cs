using System.Net;
using System.Net.Sockets;

namespace Mesh.Client.TestKit;

/// <summary>One act of a scripted endpoint.</summary>
internal sealed record TransportStep
{
    private readonly Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> _answer;

    private TransportStep(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) => _answer = answer;

    /// <summary>Passes before the act; ends early where the caller cancels.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>An answer with that status.</summary>
    public static TransportStep Status(int status, string body = "", params (string Name, string Value)[] headers)
        => new((request, _) =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status)
            {
                RequestMessage = request,
                Content = new StringContent(body),
                Version = request.Version,
            };
            foreach (var (name, value) in headers)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            return Task.FromResult(response);
        });

    /// <summary>An answer that the test builds.</summary>
    public static TransportStep Answer(Func<HttpRequestMessage, HttpResponseMessage> answer) => new((request, _) =>
    {
        var response = answer(request);
        response.RequestMessage ??= request;
        return Task.FromResult(response);
    });

    /// <summary>Nobody listens: the request was provably not sent.</summary>
    public static TransportStep ConnectFailure()
        => Throw(() => new HttpRequestException(
            HttpRequestError.ConnectionError, "Connection refused", new SocketException((int)SocketError.ConnectionRefused)));

    /// <summary>The connection breaks after the request was sent.</summary>
    public static TransportStep Reset()
        => Throw(() => new HttpRequestException(
            HttpRequestError.ResponseEnded,
            "An error occurred while sending the request.",
            new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.")));

    /// <summary>Never answers; ends when the caller cancels.</summary>
    public static TransportStep Hang() => Status(200).After(Timeout.InfiniteTimeSpan);

    public static TransportStep Throw(Func<Exception> error) => new((_, _) => Task.FromException<HttpResponseMessage>(error()));

    /// <summary>Stops at the point until the test goes on, then answers that status.</summary>
    public static TransportStep Stop(SyncPoint point, int status = 200) => new(async (request, cancellationToken) =>
    {
        await point.ReachAsync().WaitAsync(cancellationToken);
        return await Status(status).AnswerAsync(request, cancellationToken);
    });

    /// <summary>The same act later.</summary>
    public TransportStep After(TimeSpan delay) => this with { Delay = delay };

    internal Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => _answer(request, cancellationToken);
}
