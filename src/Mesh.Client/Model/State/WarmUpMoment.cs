namespace Mesh.Client.Model;

/// <summary>The slow start of a group as it is at one time, for one pick. The default is that of a group in which nobody warms up.</summary>
internal readonly struct WarmUpMoment
{
    private readonly WarmUp? _warmUp;
    private readonly WarmUp.Division? _division;
    private readonly long _now;
    private readonly double _milliseconds;
    private readonly double _highest;
    private readonly double _most;

    /// <param name="warmUp">Of the group.</param>
    /// <param name="division">Who is drawn from; null where draws are to be passed over.</param>
    /// <param name="now">A timestamp of the mesh's TimeProvider.</param>
    /// <param name="milliseconds">In one of its units.</param>
    /// <param name="highest">The factor of the oldest of all, 1 where there is a division.</param>
    /// <param name="most">That of the oldest of the young, where there is a division.</param>
    internal WarmUpMoment(WarmUp warmUp, WarmUp.Division? division, long now, double milliseconds, double highest, double most)
        => (_warmUp, _division, _now, _milliseconds, _highest, _most) = (warmUp, division, now, milliseconds, highest, most);

    /// <summary>Nobody warms up.</summary>
    public bool IsNone => _warmUp is null;

    /// <summary>Above 0 to 1: what an endpoint gets of its share, against the one that has been there longest, so that endpoints that warm up together are
    /// none the worse for it. A policy that goes by load divides by it.</summary>
    /// <param name="place">Of the endpoint in the group.</param>
    public double FactorOf(int place) => _warmUp is null ? 1 : _warmUp.FactorAt(place, _now, _milliseconds) / _highest;

    /// <summary><see cref="Draw"/> can be asked.</summary>
    public bool IsDivided => _division is not null;

    /// <summary>An endpoint by chance, as likely as its weight and its part of it make it; negative for one that was passed over, after which another draw
    /// is as good as the first.</summary>
    /// <remarks>First whether it is one of the young, for which all of them count as the oldest does; then which; then, where they differ, whether it is
    /// young enough to be passed over (composition and rejection: Devroye, Non-Uniform Random Variate Generation, 1986, II.3 and II.4).</remarks>
    /// <param name="random">The mesh's chance.</param>
    public int Draw(MeshRandom random)
    {
        var division = _division!;
        var grown = division.Grown.Weight;
        var point = random.NextDouble() * (grown + (division.Young.Weight * _most));
        if (point < grown)
        {
            return division.Grown.Draw(point, random);
        }

        var place = division.Young.Draw((point - grown) / _most, random);
        return division.IsEven || random.NextDouble() * _most < _warmUp!.FactorAt(place, _now, _milliseconds) ? place : -1;
    }
}
