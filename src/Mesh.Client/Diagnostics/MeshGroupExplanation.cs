namespace Mesh.Client.Diagnostics;

/// <summary>Endpoints of a cluster that get a part of its calls together: those of one priority and locality, or all that may be picked where
/// places are not told apart. Immutable.</summary>
public sealed class MeshGroupExplanation
{
    internal MeshGroupExplanation()
    {
    }

    /// <summary>0 is called first; others step in for what those before them cannot bear.</summary>
    public int Priority { get; internal init; }

    /// <summary>Where its endpoints stand, <c>region/zone/subzone</c>; empty for endpoints of which no place is known; null where places are not
    /// told apart.</summary>
    public string? Locality { get; internal init; }

    /// <summary>How many of the calls of the cluster come here, in percent: 0 where it only steps in.</summary>
    public double Share { get; internal init; }

    /// <summary>How many endpoints there are to pick among.</summary>
    public int Endpoints { get; internal init; }

    /// <summary>So few endpoints of the priority are healthy that all of them are used again (<c>minHealthPercent</c>).</summary>
    public bool IsPanicking { get; internal init; }
}
