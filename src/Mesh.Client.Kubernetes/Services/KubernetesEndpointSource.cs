using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>The endpoints of Services, out of their EndpointSlices. Watches what belongs to the services that are asked for, and nothing else.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="watches">The watches of it.</param>
/// <param name="place">Where this process stands.</param>
/// <param name="mesh">The live rules.</param>
internal sealed class KubernetesEndpointSource(
    KubernetesCluster cluster, ServiceWatches watches, OwnPlace place, Func<IMeshConfigurationAccessor> mesh) : IMeshEndpointSource
{
    public const string SourceName = "Kubernetes";

    /// <summary>The mesh looks no sooner at a second set.</summary>
    private static readonly TimeSpan ShortestBetweenSets = TimeSpan.FromMilliseconds(50);

    public string Name => SourceName;

    public async IAsyncEnumerable<MeshEndpointSet> WatchAsync(MeshEndpointQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!ServiceHost.TryParse(query.Service, query.Namespace, mesh().Current.Domain, out var host))
        {
            yield return ByName(query.Host);
            await Task.Delay(Timeout.InfiniteTimeSpan, cluster.TimeProvider, cancellationToken).ConfigureAwait(false);
            yield break;
        }

        var (service, isCertain) = (new ResourceKey(host.Namespace.ToString(), host.Name.ToString()), host.IsCertain);
        if (!cluster.Includes(service.Namespace))
        {
            yield return isCertain
                ? new MeshEndpointSet([]) { Explanation = $"Services of namespace {service.Namespace} are not read: MeshKubernetesOptions.Namespaces does not name it." }
                : ByName(query.Host);
            await Task.Delay(Timeout.InfiniteTimeSpan, cluster.TimeProvider, cancellationToken).ConfigureAwait(false);
            yield break;
        }

        var signal = new Signal();
        signal.Set();
        using var follower = new ServiceFollower(service, query.Ports, cluster, watches, place, signal.Set);
        MeshEndpoint[] endpoints = [];
        MeshEndpointSet? last = null;
        var failures = follower.Failure is null ? 0 : follower.Failures;
        while (true)
        {
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            endpoints = follower.Take() ?? endpoints;
            if (!follower.IsKnown)
            {
                if (follower.Failure is { } failure && follower.Failures > failures)
                {
                    throw new KubernetesSourceException(failure);
                }

                continue;
            }

            if (SetOf(follower, service, query.Host, isCertain, follower.IsThere ? endpoints : [], last) is { } set)
            {
                yield return last = set;
                await Task.Delay(ShortestBetweenSets, cluster.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Null where nothing is new.</summary>
    private static MeshEndpointSet? SetOf(
        ServiceFollower follower, ResourceKey service, string host, bool isCertain, MeshEndpoint[] endpoints, MeshEndpointSet? last)
    {
        var problem = follower.Problem;
        var name = follower.ExternalName ?? (follower.IsThere || isCertain ? null : host);
        if (name is not null)
        {
            return last is { Endpoints: [{ } known] } && known.Address == name && last.Problem == problem ? null : ByName(name, problem);
        }

        var explanation = endpoints.Length > 0 ? null
            : !follower.IsThere ? $"There is no Service {service.Name} in namespace {service.Namespace}."
            : follower.IsWithoutSlices ? "The API server has no endpointslices.discovery.k8s.io of v1, which Kubernetes 1.21 and later have."
            : follower.Count == 0 ? $"Service {service.Name} in namespace {service.Namespace} has no endpoints."
            : follower.OnlyNode is { } node ? $"Service {service.Name} in namespace {service.Namespace} has {follower.Count} endpoints, and none on node {node} is ready, where alone its internalTrafficPolicy Local lets them be called."
            : $"Service {service.Name} in namespace {service.Namespace} has {follower.Count} endpoints, and none of them is ready.";
        if (last is not null && last.Problem == problem && last.Explanation == explanation && ReferenceEquals(last.Endpoints, endpoints))
        {
            return null;
        }

        return new MeshEndpointSet(ImmutableCollectionsMarshal.AsImmutableArray(endpoints)) { Explanation = explanation, Problem = endpoints.Length > 0 ? problem : null };
    }

    /// <summary>What is no Service is found by its name, as it would be without the mesh, when it is dialled.</summary>
    private static MeshEndpointSet ByName(string name, string? problem = null) => new([new MeshEndpoint(name)]) { Problem = problem };
}
