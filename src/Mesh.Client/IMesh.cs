namespace Mesh.Client;

/// <summary>The running mesh of a service provider: what it sees. All members are safe for use by several threads and never block.</summary>
public interface IMesh
{
    /// <summary>Counts the rule sets that went live, from 1; 0 before the first.</summary>
    long RulesVersion { get; }

    /// <summary>When the live rules were taken over.</summary>
    DateTimeOffset RulesLoadedAt { get; }

    /// <summary>Everything found in the documents as they are now, refused ones included.</summary>
    IReadOnlyList<MeshFinding> Findings { get; }

    /// <summary>The clusters that were called so far, with their endpoints as picks see them. A snapshot; made anew at each call.</summary>
    IReadOnlyList<MeshClusterStatus> GetClusters();
}
