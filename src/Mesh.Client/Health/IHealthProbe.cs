using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>Asks an endpoint whether it is well; what knows sockets implements it.</summary>
internal interface IHealthProbe
{
    /// <summary>Ends as soon as <paramref name="cancellationToken"/> says so. What it throws counts as no answer.</summary>
    ValueTask<HealthCheckResult> CheckAsync(
        ClusterState cluster, EndpointState endpoint, HealthCheckProtocol protocol, CancellationToken cancellationToken);
}
