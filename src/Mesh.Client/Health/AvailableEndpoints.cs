using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>Which of a cluster's endpoints may be picked, and in which order of preference.</summary>
internal static class AvailableEndpoints
{
    /// <summary>All but those that are ejected, fail their health checks or have an open circuit breaker, in groups by priority and locality where the
    /// policy tells them apart. Where fewer than <c>minHealthPercent</c> of a priority are left and the priorities together cannot bear all calls,
    /// all of it is used but what a breaker keeps out. Draining endpoints count as if they were not there, as long as there is another to pick.</summary>
    public static EndpointSet Build(EndpointState[] all, ClusterPolicy policy)
    {
        var draining = 0;
        foreach (var endpoint in all)
        {
            draining += endpoint.IsDraining ? 1 : 0;
        }

        if (draining == 0 || draining == all.Length)
        {
            return Build(all, all, [], policy);
        }

        // What is set aside is for good, mostly for the seconds until it is gone; ejections and panic are about those that stay.
        EndpointState[] staying = [.. all.Where(static endpoint => !endpoint.IsDraining)];
        var set = Build(all, staying, [.. all.Where(static endpoint => endpoint.IsDraining)], policy);
        return set.Groups.Length > 0 ? set : Build(all, all, [], policy);
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

    private static EndpointSet Build(EndpointState[] all, EndpointState[] candidates, EndpointState[] setAside, ClusterPolicy policy)
    {
        // Health changes while this runs; the flags are therefore read once, and whoever changes one publishes after this.
        var isAvailable = new bool[candidates.Length];
        bool[]? isBroken = null;
        var hasPriorities = false;
        var count = 0;
        for (var index = 0; index < candidates.Length; index++)
        {
            hasPriorities |= candidates[index].Endpoint.Priority != candidates[0].Endpoint.Priority
                || (policy.HeedsSource && candidates[index].Endpoint.IsForOthers != candidates[0].Endpoint.IsForOthers);
            if (candidates[index].IsBroken)
            {
                (isBroken ??= new bool[candidates.Length])[index] = true;
                continue;
            }

            isAvailable[index] = candidates[index].IsAvailable;
            count += isAvailable[index] ? 1 : 0;
        }

        var threshold = policy.OutlierDetection?.MinHealthPercent ?? 0;
        return (policy.Locality ?? (hasPriorities ? LocalityPolicy.Alike : null)) is { } locality
            ? new EndpointGrouping(candidates, isAvailable, isBroken, locality, threshold, policy).Build(all, setAside)
            : BuildOne(all, candidates, setAside, isAvailable, isBroken, count, threshold, policy.Warmup);
    }

    private static EndpointSet BuildOne(
        EndpointState[] all, EndpointState[] candidates, EndpointState[] setAside, bool[] isAvailable, bool[]? isBroken, int count, int threshold, WarmupConfiguration? warmup)
    {
        if (count == candidates.Length)
        {
            return new EndpointSet(all, candidates, warmup) { SetAside = setAside };
        }

        Span<int> load = [0];
        Span<bool> panics = [false];
        PriorityLoads.Divide([count], [candidates.Length], threshold, load, panics);
        if (panics[0])
        {
            EndpointState[] usable = isBroken is null ? candidates : [.. candidates.Where((_, index) => !isBroken[index])];
            return new EndpointSet(all, usable, warmup) { IsPanicking = true, SetAside = setAside };
        }

        var available = new EndpointState[count];
        var next = 0;
        for (var index = 0; index < candidates.Length; index++)
        {
            if (isAvailable[index])
            {
                available[next++] = candidates[index];
            }
        }

        return new EndpointSet(all, available, warmup) { SetAside = setAside };
    }
}
