using System.Diagnostics;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>
/// One call from the client's point of view, however often it is sent. The one object that the steps of the pipeline hand along. It serves one
/// call after another: what lasts longer than the answer's headers is handed over to the answer's content, and nothing else keeps a call.
/// </summary>
internal sealed partial class MeshCall
{
    private PoolHold _pool;
    private bool _isEndpointHeld;
    private bool _isLearntFrom;
    private long _sentAt;
    private EndpointState[]? _tried;
    private int _triedCount;

    public MeshRuntime Runtime { get; private set; } = null!;

    /// <summary>The rules that the call started with; it stays on them to its end.</summary>
    public MeshSnapshot Snapshot { get; private set; } = null!;

    public HostMatch Host { get; private set; }

    public HttpRequestMessage Request { get; private set; } = null!;

    public bool IsAsync { get; private set; }

    public CancellationToken CallerToken { get; private set; }

    public long StartedAt { get; private set; }

    /// <summary>How many redirects may still be followed.</summary>
    public int RedirectsLeft { get; private set; }

    public RouteRuleModel? Rule { get; set; }

    /// <summary>What the rule changes on the messages; null for nothing.</summary>
    public EditsModel? Edits { get; set; }

    /// <summary>The path and query that the rule makes of the call's own; null where it leaves them.</summary>
    public string? RewrittenPath { get; set; }

    public ClusterState? Cluster { get; set; }

    /// <summary>The policy by which connections are made: that of the rules the call started with.</summary>
    public ClusterPolicy Policy { get; set; } = ClusterPolicy.Default;

    public MeshResponseFlags Flags { get; set; }

    /// <summary>What keeps it together with other calls; null where nothing does.</summary>
    public ulong? Hash { get; set; }

    /// <summary>The <c>Set-Cookie</c> of a hash that was made for it; null where none was.</summary>
    public string? HashCookie { get; set; }

    /// <summary>What made the last pick, and learns how it went.</summary>
    public Balancer? Balancer { get; set; }

    /// <summary>How often the request was handed to a transport.</summary>
    public int Attempts { get; set; }

    /// <summary>The endpoint of the attempt under way, or of the last one.</summary>
    public EndpointState? Endpoint { get; set; }

    public Activity? Activity { get; set; }

    /// <summary>What was put on the request for this call; taken back at its end.</summary>
    public CallContext? Context { get; set; }

    /// <summary>The client's cookies stand on the request.</summary>
    public bool HasCookies { get; set; }

    /// <summary>Attempts have spans of their own.</summary>
    public bool IsTraced { get; set; }

    /// <summary>The time for the whole call and for the attempt under way; null where both are unlimited.</summary>
    public CallDeadline? Deadline { get; private set; }

    /// <summary>The caller's token, or the deadline's, which has joined it.</summary>
    public CancellationToken Token => Deadline?.Token ?? CallerToken;

    /// <summary>The owned connections of the attempt under way.</summary>
    public EndpointTransport? Transport { get; set; }

    /// <summary>The attempt under way, or the last one, as its handler gave it.</summary>
    public Task<HttpResponseMessage>? Attempt { get; set; }

    public CallPath Path => new(Host.Host.Name, Rule, Cluster, Endpoint, Attempts, (short)Math.Min(RetryPolicy.Attempts + 1, short.MaxValue), (byte)RetryStop);

    /// <summary>The answer as a finished task: that of the attempt where it has brought the same.</summary>
    public Task<HttpResponseMessage> ToTask(HttpResponseMessage response)
        => Attempt is { IsCompletedSuccessfully: true } attempt && ReferenceEquals(attempt.Result, response) ? attempt : Task.FromResult(response);

    /// <summary>Another attempt follows: calls and connections counted for this one are given back. Idempotent between attempts.</summary>
    public void EndAttempt()
    {
        EndPerTry();
        if (_admission.IsHeld)
        {
            _admission.EndAttempt(Runtime.CircuitBreakers);
        }

        EndSending();
    }

    public void BeginAttempt(EndpointState endpoint)
    {
        Endpoint = endpoint;
        endpoint.BeginCall();
        _isEndpointHeld = true;
        IsLateCopy = false;
        Attempts++;
        CountAttempt();
        if (_admission.IsHeld)
        {
            _admission.OnSent(Runtime.TimeProvider.GetTimestamp(), Runtime.ActiveClock);
        }

        if (Balancer is { LearnsFromCalls: true })
        {
            _isLearntFrom = true;
            _sentAt = Runtime.ActiveClock.GetTimestamp();
            Balancer.Begin(endpoint, _sentAt);
            AskForReport();
        }
        else if (Hedging is not null)
        {
            _sentAt = Runtime.ActiveClock.GetTimestamp();
        }

        if (RetryPolicy.PerTryTimeout is { } time)
        {
            Deadline ??= CallDeadline.Start(null, Runtime.TimeProvider, Runtime.BackgroundLogger, CallerToken);
            Deadline.BeginAttempt(time);
        }

        if (Body is { } body)
        {
            body.Deadline = Deadline is { WatchesSilence: true } ? Deadline : null;
        }
    }

    /// <summary>Of a cluster with limits: holds one of its connections.</summary>
    public bool HoldsConnection => _pool.HoldsConnection;

    /// <summary>False where the cluster's limits turn the call away; else it holds a connection, or is <paramref name="pending"/> until it does.</summary>
    public bool TryEnterPool(ConnectionLimits limits, out PendingCall? pending) => _pool.TryEnter(limits, Request.Version.Major >= 2, out pending);

    /// <summary>The same without waiting.</summary>
    public bool TryEnterPoolAtOnce(ConnectionLimits limits) => _pool.TryEnterAtOnce(limits, Request.Version.Major >= 2);

    /// <summary>The call was let in.</summary>
    public void HoldConnection() => _pool.Admitted();

    /// <summary>The next attempt is one of the retries under way, which the limits, if there are any, have granted.</summary>
    public void BeginRetry(ConnectionLimits? limits) => _pool.BeginRetry(limits);

    /// <summary>The attempt that was one of them has failed, and does not stand in the way of the next.</summary>
    public void EndRetry() => _pool.EndRetry();

    /// <summary>The call is made for an incoming request, and gets at most what is left of its time. False where nothing is.</summary>
    public bool TryInheritDeadline()
    {
        if (!Snapshot.Configuration.Extension.Deadlines || IncomingContext.Current?.Deadline is not { } incoming)
        {
            return true;
        }

        var left = incoming.Left;
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        Deadline = CallDeadline.StartInherited(left, Runtime.TimeProvider, Runtime.BackgroundLogger, CallerToken);
        return true;
    }

    /// <summary>Begins the time for the whole call.</summary>
    public void StartDeadline()
    {
        var time = Overrides?.Timeout is { } own ? own > TimeSpan.Zero ? own : null : TimeoutOf(Request, Rule);
        if (time is null && Rule is not { HasStreamLimits: true } && Overrides?.StreamDuration is null)
        {
            return;
        }

        Deadline ??= CallDeadline.Start(null, Runtime.TimeProvider, Runtime.BackgroundLogger, CallerToken);
        if (time is { } limit)
        {
            Deadline.LimitCall(limit);
        }

        if (Overrides?.StreamDuration is { } duration)
        {
            Deadline.LimitCall(duration);
        }

        if (Rule?.HeadersTimeout is { } headers)
        {
            Deadline.LimitHeaders(headers);
        }

        if (Rule?.IdleTimeout is { } idle)
        {
            Deadline.LimitSilence(idle);
        }
    }

    /// <summary>Later picks of this call avoid the endpoint while there are others.</summary>
    public void AddTried(EndpointState endpoint)
    {
        _tried ??= new EndpointState[4];
        if (_triedCount == _tried.Length)
        {
            Array.Resize(ref _tried, 2 * _tried.Length);
        }

        _tried[_triedCount++] = endpoint;
    }

    /// <summary>Endpoints of earlier attempts.</summary>
    public ReadOnlySpan<EndpointState> Tried => _tried.AsSpan(0, _triedCount);

    /// <summary>The answer has begun, and its body still needs what the call holds, the endpoint too: the new holder gives that back.</summary>
    public void HandOver(out EndpointTransport? transport, out CallDeadline? deadline, out PoolHold pool, out bool isCounted)
    {
        EndPerTry();
        Deadline = Deadline?.BeginBody();
        (transport, deadline, pool) = (Transport, Deadline, _pool);
        isCounted = _admission.HandOver();
        (Transport, Deadline, _pool, _isEndpointHeld) = (null, null, default, false);
    }

    /// <summary>The call is over, without a body that goes on. Idempotent, and without effect after <see cref="HandOver"/>.</summary>
    public void Release()
    {
        EndHold();
        Deadline?.Dispose();
        Deadline = null;
    }

    public MeshResult ToResult() => Path.ToResult(Flags);

    /// <summary>An attempt's own time is over, that of the call goes on.</summary>
    private void EndPerTry() => Deadline = Deadline?.EndAttempt();

    private void EndHold()
    {
        if (_admission.IsHeld)
        {
            _admission.Leave(Runtime.CircuitBreakers);
        }

        EndSending();
    }

    private void EndSending()
    {
        Transport?.EndCall();
        Transport = null;
        _pool.Leave();

        // Where nothing was reported (an exception of the application's own handler) nothing is to be learnt.
        EndLesson(CallOutcome.CallerCancelled, null);
        if (_isEndpointHeld)
        {
            _isEndpointHeld = false;
            Endpoint!.EndCall();
        }
    }
}
