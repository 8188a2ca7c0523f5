using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>Which of a cluster's endpoints may be picked, and in which order of preference.</summary>
internal static class AvailableEndpoints
{
    /// <summary>All but those that are ejected, fail their health checks or have an open circuit breaker, in groups by priority and locality where the
    /// policy tells them apart. Where fewer than <c>minHealthPercent</c> of a priority are left and the priorities together cannot bear all calls,
    /// all of it is used but what a breaker keeps out.</summary>
    public static EndpointSet Build(EndpointState[] all, ClusterPolicy policy)
    {
        // Health changes while this runs; the flags are therefore read once, and whoever changes one publishes after this.
        var isAvailable = new bool[all.Length];
        bool[]? isBroken = null;
        var count = 0;
        for (var index = 0; index < all.Length; index++)
        {
            if (all[index].IsBroken)
            {
                (isBroken ??= new bool[all.Length])[index] = true;
                continue;
            }

            isAvailable[index] = all[index].IsAvailable;
            count += isAvailable[index] ? 1 : 0;
        }

        var threshold = policy.OutlierDetection?.MinHealthPercent ?? 0;
        return policy.Locality is { } locality
            ? new EndpointGrouping(all, isAvailable, isBroken, locality, threshold, policy).Build()
            : BuildOne(all, isAvailable, isBroken, count, threshold, policy.Warmup);
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
        while (!cluster.TryPublish(current, Build(current.All, cluster.Model.Policy)));
    }

    private static EndpointSet BuildOne(EndpointState[] all, bool[] isAvailable, bool[]? isBroken, int count, int threshold, WarmupConfiguration? warmup)
    {
        if (count == all.Length)
        {
            return new EndpointSet(all, all, warmup);
        }

        Span<int> load = [0];
        Span<bool> panics = [false];
        PriorityLoads.Divide([count], [all.Length], threshold, load, panics);
        if (panics[0])
        {
            return new EndpointSet(all, isBroken is null ? all : [.. all.Where((_, index) => !isBroken[index])], warmup) { IsPanicking = true };
        }

        var available = new EndpointState[count];
        var next = 0;
        for (var index = 0; index < all.Length; index++)
        {
            if (isAvailable[index])
            {
                available[next++] = all[index];
            }
        }

        return new EndpointSet(all, available, warmup);
    }
}
