using System.Diagnostics;
using System.Net;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>One call from the client's point of view, however often it is sent. The one object that the steps of the pipeline hand along.</summary>
internal sealed class MeshCall
{
    private int _isReleased;
    private bool _isEndpointHeld;
    private bool _isLearntFrom;
    private long _sentAt;
    private EndpointState[]? _tried;
    private int _triedCount;
    private LogicalAuthority? _logical;

    public MeshCall(
        MeshRuntime runtime,
        MeshSnapshot snapshot,
        in HostMatch host,
        HttpRequestMessage request,
        bool isAsync,
        int redirectsLeft,
        CancellationToken callerToken)
    {
        RedirectsLeft = redirectsLeft;
        Runtime = runtime;
        Snapshot = snapshot;
        Host = host;
        Request = request;
        IsAsync = isAsync;
        CallerToken = callerToken;
        StartedAt = runtime.TimeProvider.GetTimestamp();
    }

    public MeshRuntime Runtime { get; }

    /// <summary>The rules that the call started with; it stays on them to its end.</summary>
    public MeshSnapshot Snapshot { get; }

    public HostMatch Host { get; }

    public HttpRequestMessage Request { get; }

    public bool IsAsync { get; }

    public CancellationToken CallerToken { get; }

    public long StartedAt { get; }

    /// <summary>How many redirects may still be followed.</summary>
    public int RedirectsLeft { get; }

    public RouteRuleModel? Rule { get; set; }

    /// <summary>What the rule changes on the messages; null for nothing.</summary>
    public EditsModel? Edits { get; set; }

    /// <summary>The path and query that the rule makes of the call's own; null where it leaves them.</summary>
    public string? RewrittenPath { get; set; }

    public ClusterState? Cluster { get; set; }

    /// <summary>The policy by which connections are made: that of the rules the call started with.</summary>
    public ClusterPolicy Policy { get; set; } = ClusterPolicy.Default;

    public MeshResponseFlags Flags { get; set; }

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

    /// <summary>The time for the whole call; null where there is none.</summary>
    public CallDeadline? Deadline { get; private set; }

    /// <summary>The time for the attempt under way; null where there is none.</summary>
    public CallDeadline? PerTry { get; private set; }

    /// <summary>The caller's token, or the deadline's, which has joined it.</summary>
    public CancellationToken Token => Deadline?.Token ?? CallerToken;

    public CancellationToken AttemptToken => PerTry?.Token ?? Token;

    public RetryPolicyModel RetryPolicy => RetryPolicyOf(Request, Rule);

    /// <summary>A field: it is a value that counts.</summary>
    public RetryRules Retries;

    /// <summary>The owned connections of the attempt under way.</summary>
    public EndpointTransport? Transport { get; set; }

    /// <summary>The caller's choice for this request, else the rule's.</summary>
    public static RetryPolicyModel RetryPolicyOf(HttpRequestMessage request, RouteRuleModel? rule)
        => request.GetMesh() is { DisableRetries: true } ? RetryPolicyModel.None : rule?.Retries ?? RetryPolicyModel.Default;

    /// <summary>The time for the whole call: the caller's choice for this request, else the rule's; null for none.</summary>
    public static TimeSpan? TimeoutOf(HttpRequestMessage request, RouteRuleModel? rule) => request.GetMesh()?.Timeout ?? rule?.Timeout;

    /// <summary>Calls and connections counted for the attempt under way are given back. Idempotent between attempts.</summary>
    public void EndAttempt()
    {
        PerTry?.Dispose();
        Transport?.EndCall();
        Transport = null;

        LeavePool();

        // Where nothing was reported (an exception of the application's own handler) nothing is to be learnt.
        EndLesson(CallOutcome.CallerCancelled, null);
        if (_isEndpointHeld)
        {
            _isEndpointHeld = false;
            Endpoint!.EndCall();
        }
    }

    public void BeginAttempt(EndpointState endpoint)
    {
        Endpoint = endpoint;
        endpoint.BeginCall();
        _isEndpointHeld = true;
        Attempts++;
        if (Balancer is { LearnsFromCalls: true })
        {
            _isLearntFrom = true;
            _sentAt = Runtime.TimeProvider.GetTimestamp();
            Balancer.Begin(endpoint, _sentAt);
        }

        PerTry = RetryPolicy.PerTryTimeout is { } time ? CallDeadline.Start(time, Runtime.TimeProvider, Token) : null;
    }

    /// <summary>Begins the time for the whole call.</summary>
    public void StartDeadline()
    {
        if (TimeoutOf(Request, Rule) is { } time)
        {
            Deadline = CallDeadline.Start(time, Runtime.TimeProvider, CallerToken);
        }
    }

    /// <summary>The answer has begun: an attempt's own time is over, that of the call goes on.</summary>
    public void EndPerTry() => PerTry?.Dispose();

    /// <summary>Puts trace context and, where it may go there, captured context on the request.</summary>
    public void BeginContext(bool receivesContext, TraceWriter writer)
    {
        EndContext();
        IsTraced = Runtime.Telemetry.AreAttemptsTraced;
        Context = ContextPropagator.BeginCall(Request, receivesContext, Snapshot.Configuration, writer, IsTraced);
    }

    public void EndContext()
    {
        if (Context is { } context)
        {
            Context = null;
            ContextPropagator.EndCall(Request, context, IsTraced);
        }
    }

    /// <summary>The endpoint's address in the URI, the logical name in <c>Host</c>, until <see cref="RestoreAuthority"/>.</summary>
    public void RewriteAuthority()
    {
        var uri = Request.RequestUri!;
        var host = Request.Headers.Host;
        var rewritten = AuthorityRewrite.Apply(uri, Endpoint!, Cluster!);
        _logical = new LogicalAuthority(uri, host);
        Request.RequestUri = rewritten;
        Request.Headers.Host = host ?? AuthorityRewrite.HostHeader(uri);
    }

    /// <summary>A request in plaintext to a cluster to which the mesh speaks TLS: https in the URI, what the caller wrote in <c>Host</c>, until
    /// <see cref="RestoreAuthority"/>.</summary>
    public void RewriteScheme()
    {
        var uri = Request.RequestUri!;
        var host = Request.Headers.Host;
        _logical = new LogicalAuthority(uri, host);
        Request.RequestUri = AuthorityRewrite.WithTls(uri);
        Request.Headers.Host = host ?? AuthorityRewrite.HostHeader(uri);
    }

    public void RestoreAuthority()
    {
        if (_logical is { } logical)
        {
            _logical = null;
            Request.RequestUri = logical.Uri;
            Request.Headers.Host = logical.Host;
        }
    }

    private ConnectionLimits? _limits;
    private bool _holdsConnection;
    private bool _holdsRetry;
    private bool _isHttp2;

    /// <summary>Of a cluster with limits: holds one of its connections.</summary>
    public bool HoldsConnection => _holdsConnection;

    /// <summary>False where the cluster's limits turn the call away; else it holds a connection, or is <paramref name="pending"/> until it does.</summary>
    public bool TryEnterPool(ConnectionLimits limits, out PendingCall? pending)
    {
        _limits = limits;
        _isHttp2 = Request.Version.Major >= 2;
        var isIn = limits.TryEnter(_isHttp2, out pending);
        _holdsConnection = isIn && pending is null;
        return isIn;
    }

    /// <summary>The same without waiting.</summary>
    public bool TryEnterPoolAtOnce(ConnectionLimits limits)
    {
        _limits = limits;
        _isHttp2 = Request.Version.Major >= 2;
        return _holdsConnection = limits.TryEnterAtOnce(_isHttp2);
    }

    /// <summary>The call was let in.</summary>
    public void HoldConnection() => _holdsConnection = true;

    /// <summary>The next attempt is one of the retries under way, which the limits, if there are any, have granted.</summary>
    public void BeginRetry(ConnectionLimits? limits) => (_limits, _holdsRetry) = (limits, limits is not null);

    private void LeavePool()
    {
        if (_holdsConnection)
        {
            _holdsConnection = false;
            _limits!.Leave(_isHttp2);
        }

        if (_holdsRetry)
        {
            _holdsRetry = false;
            _limits!.EndRetry();
        }
    }

    private ProtocolUpgrade? _upgrade;

    /// <summary>HTTP/2 in place of HTTP/1.1, until <see cref="RestoreProtocol"/>: over TLS as the server agrees, else without asking, as Envoy does.
    /// A call that asks to change the protocol itself (a WebSocket) stays as it is.</summary>
    public void UpgradeProtocol()
    {
        if (Request.Version.Major != 1 || Request.Headers.Upgrade.Count > 0)
        {
            return;
        }

        _upgrade = new ProtocolUpgrade(Request.Version, Request.VersionPolicy);
        var isTls = Request.RequestUri!.Scheme == Uri.UriSchemeHttps || Policy.Tls is not null;
        Request.Version = HttpVersion.Version20;
        Request.VersionPolicy = isTls ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact;
    }

    public void RestoreProtocol()
    {
        if (_upgrade is { } upgrade)
        {
            _upgrade = null;
            Request.Version = upgrade.Version;
            Request.VersionPolicy = upgrade.Policy;
        }
    }

    private RequestEdits? _edits;

    /// <summary>What the caller addressed, whatever a rule has made of it.</summary>
    public Uri CallerUri => _edits?.Uri ?? Request.RequestUri!;

    /// <summary>Changes the request as its rule says, until <see cref="TakeBackEdits"/>.</summary>
    public void ApplyEdits()
    {
        if (Edits is { ChangesRequest: true })
        {
            // Known before the first change, so that any is taken back.
            _edits = new RequestEdits(Request);
            _edits.Apply(this);
        }
    }

    public void TakeBackEdits()
    {
        _edits?.TakeBack();
        _edits = null;
    }

    private CallMirrors? _mirrors;

    /// <summary>Draws the mirrors that get a copy of the call.</summary>
    public void BeginMirrors() => _mirrors = CallMirrors.Draw(this);

    /// <summary>Sends the copies, and gives the request its own body back.</summary>
    public void EndMirrors(CallRunner runner)
    {
        if (_mirrors is { } mirrors)
        {
            _mirrors = null;
            mirrors.End(runner);
        }
    }

    /// <summary>Watches a request body that can be read once only; null for others, which cannot fail.</summary>
    public CallerContent? Body { get; private set; }

    public void WatchBody() => Request.Content = Body = new CallerContent(Request.Content!);

    public void UnwatchBody()
    {
        if (Body is { } body)
        {
            Request.Content = body.Inner;
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

    /// <summary>Health and balance hear of an attempt: at its headers or its failure, and again if its body fails. Health's policy is the cluster's
    /// newest, since ejection is about now.</summary>
    public void Report(CallOutcome outcome, HttpResponseMessage? response = null)
    {
        EndLesson(outcome, response);
        Runtime.OutlierDetector.Report(Cluster!, Endpoint!, outcome);
    }

    private void EndLesson(CallOutcome outcome, HttpResponseMessage? response)
    {
        if (_isLearntFrom)
        {
            _isLearntFrom = false;
            Balancer!.End(Endpoint!, new(_sentAt, Runtime.TimeProvider.GetTimestamp(), outcome, response));
        }
    }

    /// <summary>The call is over: with its last attempt, or with the end of its response body. Only the first time counts.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            EndAttempt();
            Deadline?.Dispose();
        }
    }

    /// <summary>Ends the span and counts the call; at the headers, as System.Net.Http does for its own, because ending a span while the
    /// caller reads the body would replace the caller's current one.</summary>
    public void StopTelemetry(int statusCode, Exception? exception) => Runtime.Telemetry.StopCall(Activity, new CallSummary
    {
        Host = Host.Host.Name,
        Rule = Rule?.Name,
        Subset = Cluster?.Key.Subset,
        Cluster = Cluster?.Key,
        Endpoint = Endpoint?.Endpoint.Address,
        Attempts = Attempts,
        Flags = Flags,
        StatusCode = statusCode,
        Exception = exception,
        Duration = Runtime.TimeProvider.GetElapsedTime(StartedAt),
    });

    public MeshResult ToResult() => new(
        Flags,
        Host.Host.Name,
        Rule?.Name,
        Cluster?.Key.Subset,
        Endpoint is null || Cluster is null ? null : EndpointAuthority.Describe(Endpoint.Endpoint, Cluster),
        Attempts);

    /// <summary>What an upgraded request had before.</summary>
    private sealed record ProtocolUpgrade(Version Version, HttpVersionPolicy Policy);

    /// <summary>What a rewritten request had before.</summary>
    private sealed record LogicalAuthority(Uri Uri, string? Host);
}
