namespace Mesh.Client.Model;

/// <summary>How calls are divided among priorities, as Envoy does it (load_balancer_impl.cc): a priority is as good as full while 1 / 1.4 of it is
/// healthy, and what it cannot bear spills to the next.</summary>
internal static class PriorityLoads
{
    /// <summary>In percent.</summary>
    private const int OverprovisioningFactor = 140;

    /// <summary>0 to 100: what part of its load a priority can bear.</summary>
    public static int HealthOf(int healthy, int total) => total == 0 ? 0 : (int)Math.Min(100, (long)OverprovisioningFactor * healthy / total);

    /// <summary>0 to 1: the same for a locality within its priority, not rounded.</summary>
    public static double AvailabilityOf(int healthy, int total) => total == 0 ? 0 : Math.Min(1, OverprovisioningFactor / 100.0 * healthy / total);

    /// <summary>Loads in percent by health alone; all 0 where nothing has any.</summary>
    public static void Divide(ReadOnlySpan<int> health, Span<int> loads)
    {
        loads.Clear();
        var total = Math.Min(100, Sum(health));
        if (total == 0)
        {
            return;
        }

        var left = 100;
        for (var priority = 0; priority < health.Length; priority++)
        {
            loads[priority] = Math.Min(left, health[priority] * 100 / total);
            left -= loads[priority];
        }

        loads[FirstAboveZero(health)] += left;
    }

    /// <summary>Loads in percent, and which priorities are in panic: so little of them is healthy that all of their endpoints are used. Where
    /// all are, each gets as much as it has endpoints.</summary>
    /// <param name="healthy">Healthy endpoints of each priority.</param>
    /// <param name="totals">All endpoints of each.</param>
    /// <param name="threshold">In percent; 0 knows no panic.</param>
    /// <param name="loads">Filled: sums to 100, or all 0 where nothing may be called.</param>
    /// <param name="panics">Filled.</param>
    public static void Divide(ReadOnlySpan<int> healthy, ReadOnlySpan<int> totals, int threshold, Span<int> loads, Span<bool> panics)
    {
        Span<int> health = healthy.Length <= 64 ? stackalloc int[healthy.Length] : new int[healthy.Length];
        for (var priority = 0; priority < health.Length; priority++)
        {
            health[priority] = HealthOf(healthy[priority], totals[priority]);
        }

        Divide(health, loads);
        panics.Clear();
        if (Sum(health) >= 100)
        {
            return;
        }

        var isAnyCalm = false;
        for (var priority = 0; priority < panics.Length; priority++)
        {
            panics[priority] = 100L * healthy[priority] < (long)threshold * totals[priority];
            isAnyCalm |= !panics[priority];
        }

        if (!isAnyCalm)
        {
            DivideByCount(totals, loads);
        }
        else if (Sum(loads) == 0 && FirstAboveZero(healthy) is >= 0 and var first)
        {
            // Less than one percent of anything is healthy, which rounds to nothing.
            loads[first] = 100;
        }
    }

    private static void DivideByCount(ReadOnlySpan<int> totals, Span<int> loads)
    {
        loads.Clear();
        long all = Sum(totals);
        if (all == 0)
        {
            return;
        }

        var left = 100;
        for (var priority = 0; priority < totals.Length; priority++)
        {
            loads[priority] = (int)(100L * totals[priority] / all);
            left -= loads[priority];
        }

        loads[FirstAboveZero(totals)] += left;
    }

    private static int Sum(ReadOnlySpan<int> values)
    {
        var sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static int FirstAboveZero(ReadOnlySpan<int> values) => values.IndexOfAnyExcept(0);
}
