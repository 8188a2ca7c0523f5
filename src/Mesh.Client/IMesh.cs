using Mesh.Client.Diagnostics;

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

    /// <summary>What would become of a request, and why: the rule that takes it, the first condition that failed of every other, where it can
    /// go and who is there to answer. Nothing is sent, drawn, counted, watched or looked up, and the request stays as it is. What is already
    /// known is read, so that endpoints of a service that was never called are known only where they stand in the rules.</summary>
    /// <param name="request">A request that may have been sent already, but is not being sent now. Headers that are put on it later
    /// (<see cref="HttpClient.DefaultRequestHeaders"/>, cookies, those of other handlers) and a base address are not seen; headers that
    /// <c>UseMesh()</c> captured in this asynchronous flow, and what was set by <c>SetMesh</c>, count as in a call.</param>
    /// <returns>An explanation by the rules that are live now; before the first rules are loaded no host is known.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    MeshExplanation Explain(HttpRequestMessage request);
}
