using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Chooses an endpoint of a cluster. Safe for use by several threads without a lock; a pick allocates nothing.</summary>
internal abstract class Balancer
{
    public static Balancer Create(LoadBalancerPolicy policy, MeshRandom random) => throw new NotImplementedException();

    public abstract LoadBalancerPolicy Policy { get; }

    /// <summary>Null only where <paramref name="endpoints"/> has nothing available. Endpoints in <paramref name="tried"/> and endpoints whose
    /// last connection failed (until <see cref="EndpointState.ConnectFailedUntil"/> against <paramref name="now"/>) are avoided while
    /// there are others; where all are, they are used again rather than failing the call.</summary>
    public abstract EndpointState? Pick(EndpointSet endpoints, ReadOnlySpan<EndpointState> tried, long now);
}
