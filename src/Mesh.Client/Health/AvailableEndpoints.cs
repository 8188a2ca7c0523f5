using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>Which of a cluster's endpoints may be picked.</summary>
internal static class AvailableEndpoints
{
    /// <summary>All but those that are ejected or fail their health checks, or all of them where fewer than <c>minHealthPercent</c> are left.</summary>
    public static EndpointSet Build(EndpointState[] all, OutlierDetectionConfiguration? policy)
    {
        // Health changes while this runs; the flags are therefore read once, and whoever changes one publishes after this.
        var available = new EndpointState[all.Length];
        var count = 0;
        foreach (var endpoint in all)
        {
            if (endpoint.IsAvailable)
            {
                available[count++] = endpoint;
            }
        }

        if (count == all.Length)
        {
            return new EndpointSet(all, all);
        }

        return 100L * count < (policy?.MinHealthPercent ?? 0) * (long)all.Length
            ? new EndpointSet(all, all) { IsPanicking = true }
            : new EndpointSet(all, available[..count]);
    }

    /// <summary>Brings the published set in line with health and policy as they are now. No update is lost without a lock: whoever changes
    /// a flag, the policy or the members comes here afterwards, and a set can only replace the one that it was built from.</summary>
    public static void Publish(ClusterState cluster)
    {
        EndpointSet current;
        do
        {
            current = cluster.Endpoints;
        }
        while (!cluster.TryPublish(current, Build(current.All, cluster.Model.Policy.OutlierDetection)));
    }
}
