using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;

namespace Mesh.Client.Pipeline;

/// <summary>One call object serves one call after another.</summary>
internal sealed partial class MeshCall
{
    // Empty calls, not state of a mesh.
    [ThreadStatic]
    private static MeshCall? _spare;

    private int _users;

    private MeshCall()
    {
    }

    /// <summary>A call that begins. It has two users, the handler and the runner; it serves another one after both have ended their use, and
    /// where one does not, since something was thrown, it is lost and not missed.</summary>
    public static MeshCall Begin(
        MeshRuntime runtime,
        MeshSnapshot snapshot,
        in HostMatch host,
        HttpRequestMessage request,
        bool isAsync,
        int redirectsLeft,
        CancellationToken callerToken)
    {
        var call = _spare ?? new MeshCall();
        _spare = null;
        call._users = 2;
        call.RedirectsLeft = redirectsLeft;
        call.Runtime = runtime;
        call.Snapshot = snapshot;
        call.Host = host;
        call.Request = request;
        call.IsAsync = isAsync;
        call.CallerToken = callerToken;
        call.StartedAt = runtime.TimeProvider.GetTimestamp();
        return call;
    }

    /// <summary>One of the users will not touch it again.</summary>
    public void EndUse()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Clear();
            _spare = this;
        }
    }

    /// <summary>Everything, so that the next call finds nothing of this one; a test looks at all fields.</summary>
    private void Clear()
    {
        Runtime = null!;
        Snapshot = null!;
        Host = default;
        Request = null!;
        IsAsync = false;
        CallerToken = default;
        StartedAt = 0;
        RedirectsLeft = 0;
        Rule = null;
        Edits = null;
        RewrittenPath = null;
        Cluster = null;
        Policy = ClusterPolicy.Default;
        Flags = MeshResponseFlags.None;
        Balancer = null;
        Attempts = 0;
        Hedges = 0;
        IsLateCopy = false;
        Endpoint = null;
        Activity = null;
        Context = null;
        HasCookies = false;
        IsTraced = false;
        Deadline = null;
        Retries = default;
        Overrides = null;
        _attemptCount = null;
        RetryStop = MeshRetryStopReason.None;
        BodyObstacle = BodyObstacle.None;
        Transport = null;
        Attempt = null;
        Body = null;
        _pool = default;
        _admission = default;
        _isEndpointHeld = false;
        _isLearntFrom = false;
        _sentAt = 0;
        _tried = null;
        _triedCount = 0;
        _logicalUri = null;
        _hasWrittenHost = false;
        _upgrade = null;
        _edits = null;
        _mirrors = null;
        Hash = null;
        HashCookie = null;
        _asksForReport = false;
        _timeHeader = null;
        _timeOfCaller = null;
    }
}
