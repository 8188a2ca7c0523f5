using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>The most calls in flight that an endpoint of a group may have: some percent of the mean, by its weight.</summary>
/// <remarks>Source: Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2016; the formula is Envoy's.</remarks>
internal sealed class LoadBound(int percent)
{
    /// <summary>So many endpoints are counted for one pick on average; more are counted once for several picks, in which their sum hardly moves.</summary>
    private const int EndpointsPerPick = 32;

    private int _asked;
    private long _sum;

    public bool IsExceeded(EndpointGroup group, int index)
    {
        var active = group.Endpoints[index].InFlight;

        // One call is always allowed, so that most picks count nothing.
        if (active <= 1)
        {
            return false;
        }

        // The call that is being placed counts already.
        var slots = Math.Ceiling((SumOf(group.Endpoints) + 1) * (double)percent / 100);
        var share = group.Shares?[index] ?? (group.Weights is { } weights ? (double)weights[index] / weights.Total : 1.0 / group.Endpoints.Length);
        return active > Math.Ceiling(slots * share);
    }

    private long SumOf(EndpointState[] endpoints)
    {
        var picks = (uint)(endpoints.Length / EndpointsPerPick);
        if (picks > 1 && ((uint)Interlocked.Increment(ref _asked) - 1) % picks != 0)
        {
            return Volatile.Read(ref _sum);
        }

        var sum = 0L;
        foreach (var endpoint in endpoints)
        {
            sum += endpoint.InFlight;
        }

        Volatile.Write(ref _sum, sum);
        return sum;
    }
}
