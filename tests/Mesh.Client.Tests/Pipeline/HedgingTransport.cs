using System.Net;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Requests that have no act any more are answered at once.</summary>
internal sealed class HedgingTransport(TestClock clock, HedgingAct[] acts) : HttpMessageHandler
{
    public const string Failure = "The script of hedging breaks the connection.";

    private readonly Lock _gate = new();
    private readonly List<Sent> _sent = [];

    public IReadOnlyList<Sent> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent];
            }
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Sent sent;
        HedgingAct act;
        lock (_gate)
        {
            act = _sent.Count < acts.Length ? acts[_sent.Count] : new(0);
            sent = new Sent(request, $"{request.RequestUri!.Host}:{request.RequestUri.Port}", clock.Elapsed);
            _sent.Add(sent);
        }

        try
        {
            if (request.Content is { } content)
            {
                using var body = new MemoryStream();
                await content.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
                sent.Body = body.ToArray();
            }

            if (act.After != 0)
            {
                await DelayAsync(act.After < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(act.After), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            sent.IsCancelled = true;
            throw;
        }

        if (act.Status == 0)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, Failure);
        }

        sent.Answer = new TrackedAnswer(act.BreaksOnDisposal);
        var response = new HttpResponseMessage((HttpStatusCode)act.Status) { RequestMessage = request, Content = sent.Answer };
        if (act.HasRetryAfter)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", "1");
        }

        return response;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _sent.Add(new Sent(request, $"{request.RequestUri!.Host}:{request.RequestUri.Port}", clock.Elapsed));
        }

        return new HttpResponseMessage { RequestMessage = request };
    }

    /// <summary>Task.Delay ends on another thread where it is cancelled, and fake time would go on meanwhile.</summary>
    private async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource();
        using var timer = clock.CreateTimer(_ => done.TrySetResult(), null, delay, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellationToken.UnsafeRegister(_ => done.TrySetCanceled(cancellationToken), null);
        await done.Task.ConfigureAwait(false);
    }

    internal sealed class Sent(HttpRequestMessage message, string authority, TimeSpan at)
    {
        public HttpRequestMessage Message { get; } = message;

        public System.Uri Target { get; } = message.RequestUri!;

        public IReadOnlyList<KeyValuePair<string, string>> Headers { get; } =
            [.. message.Headers.NonValidated.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value)))];

        public IReadOnlyList<string> ContentHeaders { get; } =
            [.. (message.Content?.Headers.NonValidated ?? default).Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")];

        /// <summary>As the span of the attempt would say it.</summary>
        public int ResendCount { get; } = CallContext.TryGet(message, out var context) ? context.ResendCount : 0;

        public string Authority { get; } = authority;

        public TimeSpan At { get; } = at;

        public byte[] Body { get; set; } = [];

        public bool IsCancelled { get; set; }

        public TrackedAnswer? Answer { get; set; }
    }

    internal sealed class TrackedAnswer(bool breaksOnDisposal) : ByteArrayContent("answer"u8.ToArray())
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
            if (breaksOnDisposal)
            {
                throw new InvalidOperationException("The script of hedging breaks the disposal.");
            }
        }
    }
}
