namespace Mesh.Client.TestKit;

/// <summary>A primary handler without sockets: each authority plays its own script, every request is recorded.</summary>
/// <remarks>Delays run on the given clock. An authority without a script answers 200.</remarks>
internal sealed class ScriptedTransport(TimeProvider clock) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EndpointScript> _scripts = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<RecordedRequest> _requests = [];

    /// <summary>The script of an authority such as <c>10.0.0.1:80</c> (a port is named even where it is the scheme's default).</summary>
    public EndpointScript this[string authority]
    {
        get
        {
            lock (_gate)
            {
                if (!_scripts.TryGetValue(authority, out var script))
                {
                    _scripts[authority] = script = new EndpointScript();
                }

                return script;
            }
        }
    }

    /// <summary>Everything that arrived, in order, whatever became of it.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>How many requests each authority got.</summary>
    public IReadOnlyDictionary<string, int> Counts
        => Requests.GroupBy(request => request.Authority, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.Count());

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var step = Record(request, body);
        if (step.Delay > TimeSpan.Zero || step.Delay == Timeout.InfiniteTimeSpan)
        {
            await Task.Delay(step.Delay, clock, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await step.AnswerAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = Array.Empty<byte>();
        if (request.Content is not null)
        {
            using var copy = new MemoryStream();
            request.Content.CopyTo(copy, null, cancellationToken);
            body = copy.ToArray();
        }

        var step = Record(request, body);
        if (step.Delay > TimeSpan.Zero || step.Delay == Timeout.InfiniteTimeSpan)
        {
            using var elapsed = new ManualResetEventSlim();
            using var timer = clock.CreateTimer(static set => ((ManualResetEventSlim)set!).Set(), elapsed, step.Delay, Timeout.InfiniteTimeSpan);
            elapsed.Wait(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return step.AnswerAsync(request, cancellationToken).GetAwaiter().GetResult();
    }

    private TransportStep Record(HttpRequestMessage request, byte[] body)
    {
        var recorded = RecordedRequest.From(request, body);
        var script = this[recorded.Authority];
        lock (_gate)
        {
            _requests.Add(recorded);
        }

        return script.Next();
    }
}
