namespace Mesh.Client.Diagnostics;

/// <summary>What became of a rule.</summary>
public enum MeshRuleOutcome
{
    /// <summary>None of its matches holds.</summary>
    NotTaken = 0,

    /// <summary>The first rule that takes the request.</summary>
    Taken = 1,

    /// <summary>An earlier rule takes the request.</summary>
    NotLookedAt = 2,
}
