using System.Globalization;
using System.Net;
using Mesh.Client.Discovery;
using Mesh.Client.Faults;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>Turns a route decision into the call's cluster, or into the mesh's own answer.</summary>
internal static class CallRouter
{
    /// <summary>Null where the call goes on with <see cref="MeshCall.Cluster"/> set.</summary>
    /// <param name="call">The call.</param>
    /// <param name="ownsTransport">The client's connections are the mesh's own.</param>
    public static HttpResponseMessage? Route(MeshCall call, bool ownsTransport)
    {
        var decision = RouteSelector.Select(call.Host, call.Request, call.Runtime.Random);
        (call.Rule, call.Edits) = (decision.Rule, decision.Edits);
        if (decision.Rule is { IsAnswer: true } answering)
        {
            return MeshAnswer.Of(call, answering);
        }

        var outcome = Resolve(decision, call.Host, call.Snapshot, call.Request);
        if (outcome.Cluster is not { } cluster)
        {
            return MeshAnswer.Create(call, outcome.Status, outcome.Flag, outcome.Reason!);
        }

        if (TlsRefusal(cluster, ownsTransport) is { } reason)
        {
            return MeshAnswer.Create(call, HttpStatusCode.ServiceUnavailable, MeshResponseFlags.None, reason);
        }

        call.Policy = cluster.Policy;
        if (decision.Rule is { } rule)
        {
            call.RewrittenPath = PathRewriter.Rewrite(rule, decision.Edits, call.Request, call.Host.Port);
        }

        call.Cluster = call.Runtime.Clusters.Get(cluster, call.Host.Port);
        return null;
    }

    /// <summary>Before each attempt: what newer rules have closed since the call began is closed for it too. Null where nothing is.</summary>
    public static HttpResponseMessage? RefuseByNow(MeshCall call, bool ownsTransport)
        => RefusalByNow(call, ownsTransport) is { } reason
            ? MeshAnswer.Create(call, HttpStatusCode.ServiceUnavailable, MeshResponseFlags.None, reason)
            : null;

    /// <summary>The same, without the answer.</summary>
    public static bool IsClosedByNow(MeshCall call, bool ownsTransport) => RefusalByNow(call, ownsTransport) is not null;

    private static string? RefusalByNow(MeshCall call, bool ownsTransport)
    {
        var newest = call.Cluster!.Model;
        return newest.Refusal is { } insecure ? $"cluster {newest.Key}: {insecure}" : TlsRefusal(newest, ownsTransport);
    }

    private static string? TlsRefusal(ClusterModel cluster, bool ownsTransport) => cluster.Policy is { Tls: { } asked, IsPassThrough: true }
        ? $"cluster {cluster.Key}: {asked.Owner} asks for TLS, which nobody adds to calls that PASSTHROUGH sends by the client's own handler; write https in the address, or name another policy"
        : cluster.Policy.Tls is { } tls && !ownsTransport
        ? $"cluster {cluster.Key}: {tls.Owner} asks for TLS, and this client's calls are sent by its own primary handler, which cannot be told "
            + "how to check the server; use a plain SocketsHttpHandler or HttpClientHandler"
        : null;

    /// <summary>The decision with what the caller asked for, or the mesh's own answer; for rules that do not answer by themselves. Touches no
    /// state.</summary>
    public static RouteOutcome Resolve(in RouteDecision decision, in HostMatch host, MeshSnapshot snapshot, HttpRequestMessage request)
    {
        if (decision.Rule?.Refusal is { } refusal)
        {
            return RouteOutcome.Answer((HttpStatusCode)decision.Rule.UndefinedStatus, MeshResponseFlags.None, $"rule {decision.Rule.Name}: {refusal}");
        }

        var cluster = decision.Cluster;
        if (decision.Failure != MeshResponseFlags.NoRoute && request.GetMesh()?.Subset is { } subset && (cluster?.Service ?? host.Host.Service) is { } service)
        {
            cluster = snapshot.FindCluster(new ClusterKey(service.Name, cluster?.Key.Port ?? host.Port, subset));
            if (cluster is null)
            {
                return RouteOutcome.Answer(
                    HttpStatusCode.ServiceUnavailable,
                    MeshResponseFlags.NoCluster,
                    $"subset {subset} of {service.Name}, asked for by the caller, is not defined by any DestinationRule");
            }
        }

        if (cluster is null)
        {
            var (flag, reason, status) = decision.Failed!;
            return RouteOutcome.Answer(status, flag, reason ?? "no cluster");
        }

        return cluster.Policy.Refusal is { } insecure
            ? RouteOutcome.Answer(HttpStatusCode.ServiceUnavailable, MeshResponseFlags.None, $"cluster {cluster.Key}: {insecure}")
            : RouteOutcome.To(cluster);
    }

    public static HttpResponseMessage Abort(MeshCall call, in FaultDecision fault)
    {
        var body = AbortReason(call.Rule!);
        return fault.AbortGrpcStatus is { } grpcStatus
            ? MeshAnswer.CreateGrpc(call, grpcStatus, MeshResponseFlags.FaultInjected, body)
            : MeshAnswer.Create(call, (HttpStatusCode)fault.AbortHttpStatus, MeshResponseFlags.FaultInjected, body);
    }

    public static HttpResponseMessage NoEndpoint(MeshCall call)
    {
        var cluster = call.Cluster!;
        var reason = NoEndpointReason(cluster.Key, cluster.Endpoints.All, call.Runtime.Clusters.GetDiscoveryStatus(cluster));
        return MeshAnswer.Create(call, HttpStatusCode.ServiceUnavailable, MeshResponseFlags.NoHealthyUpstream, reason);
    }

    public static HttpResponseMessage Overflowed(MeshCall call)
    {
        var limits = ((ConnectionLimits)call.Cluster!.Limits!).Limits;
        var response = MeshAnswer.Create(
            call,
            HttpStatusCode.ServiceUnavailable,
            MeshResponseFlags.UpstreamOverflow,
            $"upstream overflow: {call.Cluster.Key} takes {Describe(limits)}");
        response.Headers.TryAddWithoutValidation("x-envoy-overloaded", "true");
        return response;
    }

    private static string Describe(PoolLimits limits)
    {
        KeyValuePair<string, int>[] all =
        [
            new("connections", limits.MaxConnections), new("calls that wait for one", limits.MaxPendingRequests), new("calls at once", limits.MaxRequests),
        ];
        return string.Join(", ", all
            .Where(limit => limit.Value < int.MaxValue)
            .Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Value} {limit.Key}")));
    }

    public static HttpResponseMessage TimedOut(MeshCall call)
    {
        var cause = call.Deadline?.Cause ?? DeadlineCause.None;
        return MeshAnswer.Create(
            call,
            call.Overrides is { AnswersTimeoutWithNoContent: true } ? HttpStatusCode.NoContent : HttpStatusCode.GatewayTimeout,
            CallErrors.FlagOf(cause),
            CallErrors.TimedOut(call.Path, cause));
    }

    /// <summary>Before anything was sent.</summary>
    public static HttpResponseMessage NothingLeft(MeshCall call)
        => MeshAnswer.Create(
            call,
            HttpStatusCode.GatewayTimeout,
            MeshResponseFlags.UpstreamRequestTimeout,
            CallErrors.TimedOut(call.Path, DeadlineCause.Inherited));

    /// <summary>For a host that became no call of the mesh, and must not become one past it.</summary>
    public static HttpResponseMessage Refused(HttpRequestMessage request, string reason) => MeshAnswer.Create(
        request,
        new MeshResult(MeshResponseFlags.NoCluster, request.RequestUri!.Host, rule: null, subset: null, endpoint: null, attempts: 0),
        HttpStatusCode.ServiceUnavailable,
        reason);

    public static HttpResponseMessage Blocked(HttpRequestMessage request, MeshSnapshot snapshot)
    {
        var uri = request.RequestUri!;
        return MeshAnswer.Create(
            request,
            new MeshResult(MeshResponseFlags.None, uri.Host, rule: null, subset: null, endpoint: null, attempts: 0),
            HttpStatusCode.BadGateway,
            BlockedReason(uri, snapshot));
    }

    public static string AbortReason(RouteRuleModel rule) => $"fault injected by rule {rule.Name}";

    public static string BlockedReason(Uri uri, MeshSnapshot snapshot)
        => $"{uri.Authority} is not in the mesh's registry and {snapshot.OutboundTrafficPolicyPlace} is REGISTRY_ONLY";

    /// <param name="cluster">The cluster that has no endpoint to pick.</param>
    /// <param name="endpoints">All of its endpoints.</param>
    /// <param name="discovery">What discovery knows of the service.</param>
    public static string NoEndpointReason(in ClusterKey cluster, ReadOnlySpan<EndpointState> endpoints, in DiscoveryStatus discovery)
    {
        var reason = endpoints.Length > 0 ? DescribeOut(endpoints) : DescribeEmpty(discovery);
        return $"no healthy upstream: {cluster}: {reason}";
    }

    private static string DescribeOut(ReadOnlySpan<EndpointState> endpoints)
    {
        var broken = 0;
        foreach (var endpoint in endpoints)
        {
            broken += CircuitBreakers.Of(endpoint) is { State: not MeshCircuitState.Closed } ? 1 : 0;
        }

        return broken == 0 ? $"all {endpoints.Length} endpoints are ejected"
            : broken == endpoints.Length ? $"the circuit breakers of all {broken} endpoints are open"
            : $"of {endpoints.Length} endpoints the circuit breakers of {broken} are open, and the others are ejected";
    }

    private static string DescribeEmpty(in DiscoveryStatus status) => status switch
    {
        { Endpoints: > 0 } => $"none of the {status.Endpoints} endpoints of the service carries the subset's labels",
        { Problem: { } problem } => $"the service has no endpoints (discovery: {status.State}, {problem})",
        _ => $"the service has no endpoints (discovery: {status.State})",
    };
}
