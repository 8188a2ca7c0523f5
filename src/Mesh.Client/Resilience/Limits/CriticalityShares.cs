namespace Mesh.Client.Resilience;

/// <summary>
/// What each class of calls may use of a limit, and how it fares where some have to be refused. Of a concurrency limit SHEDDABLE calls may take half
/// and SHEDDABLE_PLUS three quarters, so that as load grows they are refused while there is room for others; CRITICAL calls, the default, may
/// take all of it, as without classes, but for the tenth that is kept for CRITICAL_PLUS from the first such call on. Shares are rounded up: at
/// the smallest limits, where a tenth is nothing, there are none. Where calls are refused at random, lower classes are so more often.
/// </summary>
internal static class CriticalityShares
{
    /// <summary>How many calls may be under way for one more of the class to begin.</summary>
    /// <param name="limit">That of the cluster.</param>
    /// <param name="criticality">The class.</param>
    /// <param name="isPlusKnown">Calls of CRITICAL_PLUS are made to the cluster.</param>
    public static int LimitFor(int limit, MeshCriticality criticality, bool isPlusKnown) => criticality switch
    {
        MeshCriticality.CriticalPlus => limit,
        MeshCriticality.Critical => isPlusKnown ? Part(limit, 90) : limit,
        MeshCriticality.SheddablePlus => Part(limit, 75),
        _ => Part(limit, 50),
    };

    /// <summary>By what the probability is multiplied that a call of the class is refused.</summary>
    public static double WeightOf(MeshCriticality criticality) => criticality switch
    {
        MeshCriticality.CriticalPlus => 0.5,
        MeshCriticality.Critical => 1,
        MeshCriticality.SheddablePlus => 1.5,
        _ => 2,
    };

    private static int Part(int limit, int percent) => (int)(((long)limit * percent + 99) / 100);
}
