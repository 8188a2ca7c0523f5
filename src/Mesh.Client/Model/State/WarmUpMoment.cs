namespace Mesh.Client.Model;

/// <summary>The slow start of a group as it is at one time, for one pick. The default is that of a group in which nobody warms up.</summary>
internal readonly struct WarmUpMoment
{
    private readonly WarmUp? _warmUp;
    private readonly long _now;
    private readonly double _milliseconds;
    private readonly double _highest;

    internal WarmUpMoment(WarmUp warmUp, long now, double milliseconds, double highest)
        => (_warmUp, _now, _milliseconds, _highest) = (warmUp, now, milliseconds, highest);

    /// <summary>Nobody warms up.</summary>
    public bool IsNone => _warmUp is null;

    /// <summary>Above 0 to 1: what an endpoint gets of its share, against the one that has been there longest, so that endpoints that warm up together are
    /// none the worse for it. A policy that goes by load divides by it.</summary>
    /// <param name="place">Of the endpoint in the group.</param>
    public double FactorOf(int place) => _warmUp is null ? 1 : _warmUp.FactorAt(place, _now, _milliseconds) / _highest;
}
