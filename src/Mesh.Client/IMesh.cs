namespace Mesh.Client;

/// <summary>The running mesh of a service provider: what it sees. All members are safe for use by several threads and never
/// block.</summary>
public interface IMesh
{
    /// <summary>Counts the rule sets that went live, from 1; 0 before the first.</summary>
    long RulesVersion { get; }

    /// <summary>When the live rules were taken over, in UTC; the default value before the first.</summary>
    DateTimeOffset RulesLoadedAt { get; }

    /// <summary>Everything found in the documents as they are now, refused ones and failing sources included. Empty before the rules were
    /// read.</summary>
    IReadOnlyList<MeshFinding> Findings { get; }

    /// <summary>The clusters that were called so far and are still named by some rule or service, with the endpoints that discovery knows.
    /// A snapshot, made anew at each call, in no order.</summary>
    IReadOnlyList<MeshClusterStatus> GetClusters();
}
