namespace Mesh.Client.Model;

/// <summary>How a client divides its calls among the zones of its region. It is Envoy's zone aware routing
/// (load_balancer_impl.cc, regenerateLocalityRoutingStructures) with the one thing that a process cannot know put in: that its fellows are spread
/// evenly over the zones that have endpoints. Capacity is what Envoy counts as healthy times 1.4, at most the zone's size, so that few endpoints
/// lose few calls when one of them goes.</summary>
internal static class ZoneCapacity
{
    /// <summary>Weights in the order of <paramref name="zones"/>; each gets what it has endpoints where the own zone is not among those that can be
    /// called, or is the only one.</summary>
    /// <param name="zones">Healthy and all endpoints of each zone.</param>
    /// <param name="own">The client's zone; below 0: none of them.</param>
    /// <param name="weights">Filled.</param>
    public static void Divide(ReadOnlySpan<(int Healthy, int Total)> zones, int own, Span<double> weights)
    {
        var all = 0.0;
        var count = 0;
        for (var zone = 0; zone < zones.Length; zone++)
        {
            weights[zone] = zones[zone].Total * PriorityLoads.AvailabilityOf(zones[zone].Healthy, zones[zone].Total);
            all += weights[zone];
            count += zones[zone].Healthy > 0 ? 1 : 0;
        }

        if (own < 0 || zones[own].Healthy == 0 || count < 2)
        {
            return;
        }

        var clients = 1.0 / count;
        var kept = Math.Min(1, weights[own] / all / clients);
        var residual = 0.0;
        for (var zone = 0; zone < zones.Length; zone++)
        {
            weights[zone] = zone == own ? 0 : Math.Max(0, (weights[zone] / all) - clients);
            residual += weights[zone];
        }

        for (var zone = 0; zone < zones.Length; zone++)
        {
            weights[zone] = zone == own ? kept : residual > 0 ? (1 - kept) * weights[zone] / residual : 0;
        }
    }
}
