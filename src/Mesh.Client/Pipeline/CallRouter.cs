using System.Net;
using Mesh.Client.Discovery;
using Mesh.Client.Faults;
using Mesh.Client.Model;
using Mesh.Client.Routing;

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
        if (decision.Rule?.Refusal is { } refusal)
        {
            return Refuse(call, $"rule {decision.Rule.Name}: {refusal}");
        }

        if (decision.Rule is { IsAnswer: true } answering)
        {
            return MeshAnswer.Of(call, answering);
        }

        var cluster = decision.Cluster;
        if (decision.Failure != MeshResponseFlags.NoRoute && call.Request.GetMesh()?.Subset is { } subset && (cluster?.Service ?? call.Host.Host.Service) is { } service)
        {
            cluster = FindSubset(call, service, cluster?.Key.Port ?? call.Host.Port, subset);
            if (cluster is null)
            {
                return MeshAnswer.Create(
                    call,
                    HttpStatusCode.ServiceUnavailable,
                    MeshResponseFlags.NoCluster,
                    $"subset {subset} of {service.Name}, asked for by the caller, is not defined by any DestinationRule");
            }
        }

        if (cluster is null)
        {
            return decision.Failure == MeshResponseFlags.NoRoute
                ? MeshAnswer.Create(call, HttpStatusCode.NotFound, MeshResponseFlags.NoRoute, decision.Reason ?? "no route")
                : MeshAnswer.Create(call, HttpStatusCode.ServiceUnavailable, MeshResponseFlags.NoCluster, decision.Reason ?? "no cluster");
        }

        if (cluster.Policy.Refusal is { } insecure)
        {
            return Refuse(call, $"cluster {cluster.Key}: {insecure}");
        }

        if (cluster.Policy.Tls is { } tls && !ownsTransport)
        {
            return Refuse(call, $"cluster {cluster.Key}: {tls.Owner} asks for TLS, and this client's calls are sent by its own primary handler, "
                + "which cannot be told how to check the server; use a plain SocketsHttpHandler or HttpClientHandler");
        }

        call.Cluster = call.Runtime.Clusters.Get(cluster, call.Host.Port);
        return null;
    }

    public static HttpResponseMessage Abort(MeshCall call, in FaultDecision fault)
    {
        var body = $"fault injected by rule {call.Rule!.Name}";
        return fault.AbortGrpcStatus is { } grpcStatus
            ? MeshAnswer.CreateGrpc(call, grpcStatus, MeshResponseFlags.FaultInjected, body)
            : MeshAnswer.Create(call, (HttpStatusCode)fault.AbortHttpStatus, MeshResponseFlags.FaultInjected, body);
    }

    public static HttpResponseMessage NoEndpoint(MeshCall call)
    {
        var all = call.Cluster!.Endpoints.All.Length;
        var reason = all > 0 ? $"all {all} endpoints are ejected" : DescribeEmpty(call.Runtime.Clusters.GetDiscoveryStatus(call.Cluster));
        return MeshAnswer.Create(
            call, HttpStatusCode.ServiceUnavailable, MeshResponseFlags.NoHealthyUpstream, $"no healthy upstream: {call.Cluster.Key}: {reason}");
    }

    public static HttpResponseMessage TimedOut(MeshCall call)
        => MeshAnswer.Create(
            call,
            HttpStatusCode.GatewayTimeout,
            MeshResponseFlags.UpstreamRequestTimeout,
            $"upstream request timeout: {CallErrors.Path(call)}");

    public static HttpResponseMessage Blocked(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        return MeshAnswer.Create(
            request,
            new MeshResult(MeshResponseFlags.None, uri.Host, rule: null, subset: null, endpoint: null, attempts: 0),
            HttpStatusCode.BadGateway,
            $"{uri.Authority} is not in the mesh's registry and Mesh:OutboundTrafficPolicy:Mode is REGISTRY_ONLY");
    }

    private static HttpResponseMessage Refuse(MeshCall call, string reason)
        => MeshAnswer.Create(call, HttpStatusCode.ServiceUnavailable, MeshResponseFlags.None, reason);

    private static string DescribeEmpty(in DiscoveryStatus status) => status switch
    {
        { Endpoints: > 0 } => $"none of the {status.Endpoints} endpoints of the service carries the subset's labels",
        { Problem: { } problem } => $"the service has no endpoints (discovery: {status.State}, {problem})",
        _ => $"the service has no endpoints (discovery: {status.State})",
    };

    /// <summary>A walk: callers who name a subset are few, and an index for them would cost every snapshot.</summary>
    private static ClusterModel? FindSubset(MeshCall call, ServiceModel service, int port, string subset)
    {
        ClusterModel? any = null;
        foreach (var candidate in call.Snapshot.Clusters)
        {
            if (candidate.Service.Name == service.Name && candidate.Key.Subset == subset)
            {
                if (candidate.Key.Port == port)
                {
                    return candidate;
                }

                any = candidate.Key.Port == 0 ? candidate : any;
            }
        }

        return any;
    }
}
