using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>Which of a cluster's endpoints may be picked, and in which order of preference.</summary>
internal static class AvailableEndpoints
{
    /// <summary>All but those that are ejected, fail their health checks or have an open circuit breaker, in groups by priority and locality where the
    /// policy tells them apart. Where fewer than <c>minHealthPercent</c> of a priority are left and the priorities together cannot bear all calls,
    /// all of it is used but what a breaker keeps out. Draining endpoints count as if they were not there, as long as there is another to pick.</summary>
    public static EndpointSet Build(EndpointState[] all, ClusterPolicy policy) => Build(all, EndpointTraits.Of(all, TellsLabels(policy)), policy);

    /// <summary>The same of endpoints that are those of another set but for some: of the others neither health nor description is looked at, since whoever
    /// changes them publishes afterwards.</summary>
    /// <param name="current">The other set.</param>
    /// <param name="changes">What made its endpoints these.</param>
    /// <param name="all">The endpoints.</param>
    /// <param name="policy">The policy of the cluster.</param>
    public static EndpointSet Build(EndpointSet current, List<ListChange> changes, EndpointState[] all, ClusterPolicy policy)
        => current.Traits?.Follow(changes, all, TellsLabels(policy)) is { } traits ? Build(all, traits, policy) : Build(all, policy);

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

    private static bool TellsLabels(ClusterPolicy policy) => policy.Locality?.ReadsLabels ?? false;

    private static EndpointSet Build(EndpointState[] all, EndpointTraits traits, ClusterPolicy policy)
    {
        var everybody = EndpointCandidates.Everybody(all, traits);
        var draining = traits.CountMarked(EndpointTraits.Draining);
        if (draining == 0 || draining == all.Length)
        {
            return Build(everybody, policy);
        }

        // What is set aside is for good, mostly for the seconds until it is gone; ejections and panic are about those that stay.
        var set = Build(EndpointCandidates.WithoutDraining(all, traits), policy);
        return set.Groups.Length > 0 ? set : Build(everybody, policy);
    }

    private static EndpointSet Build(EndpointCandidates candidates, ClusterPolicy policy)
    {
        var threshold = policy.OutlierDetection?.MinHealthPercent ?? 0;
        return (policy.Locality ?? (candidates.Traits.HasPriorities(policy) ? LocalityPolicy.Alike : null)) is { } locality
            ? new EndpointGrouping(candidates, locality, threshold, policy).Build()
            : BuildOne(candidates, threshold, policy);
    }

    private static EndpointSet BuildOne(EndpointCandidates candidates, int threshold, ClusterPolicy policy)
    {
        var (total, unavailable) = (candidates.Endpoints.Length, candidates.Traits.CountMarked(EndpointTraits.Unavailable));
        Span<int> load = [0];
        Span<bool> panics = [false];
        if (unavailable > 0)
        {
            PriorityLoads.Divide([total - unavailable], [total], threshold, load, panics);
        }

        var left = panics[0] ? EndpointTraits.Broken : EndpointTraits.Unavailable;
        var endpoints = candidates.Traits.LeaveOut(candidates.Endpoints, left);
        EndpointGroup[] groups = endpoints.Length == 0 ? [] : [new(endpoints, candidates.Traits.LeaveOut(left).Weigh(), policy.Warmup)];
        return new EndpointSet(candidates.All, groups, [])
        {
            Traits = candidates.TraitsOfAll,
            SetAside = candidates.SetAside,
            IsPanicking = panics[0],
        };
    }
}
