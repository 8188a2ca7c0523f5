namespace Mesh.Client;

/// <summary>How much it matters that a call is answered, as Google's SRE book grades it ("Handling Overload"): what limits of
/// <c>x-mesh</c> turn away, they turn away from the lowest class first. It changes nothing where no limit is reached.</summary>
public enum MeshCriticality
{
    /// <summary>May fail for long, partly or as a whole: batch work that is tried again later.</summary>
    Sheddable = 0,

    /// <summary>May fail now and then: batch work that is waited for by the minute.</summary>
    SheddablePlus = 1,

    /// <summary>Users see it fail. What is not said otherwise is of this class.</summary>
    Critical = 2,

    /// <summary>Users suffer badly where it fails. Keep it for few calls: a share of a limit is kept free for them.</summary>
    CriticalPlus = 3,
}
