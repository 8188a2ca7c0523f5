using Mesh.Client.Diagnostics;

namespace Mesh.Client;

/// <summary>The running mesh of a service provider: what it sees, and what operators decide. All members are safe for use by several threads and
/// never block.</summary>
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

    /// <summary>Takes an endpoint out of balance by hand: calls of this process that begin later pick others, those under way go on. It holds in
    /// one cluster only, over changes of the rules, and for as long as discovery knows the endpoint. It counts as ejected for the
    /// <c>maxEjectionPercent</c> of outlier detection and is not bounded by it: where all endpoints are ejected calls are answered 503
    /// <c>UH</c>. With <c>minHealthPercent</c> it is used again like the others where too few are left. Neither rules nor health checks end it.
    /// An endpoint that is ejected already stays so by the new terms.</summary>
    /// <param name="cluster">As <see cref="MeshClusterStatus.Name"/> names it.</param>
    /// <param name="endpoint">As <see cref="MeshEndpointStatus.Address"/> names it.</param>
    /// <param name="duration">More than zero: it comes back at the first sweep after that time, which runs every <c>interval</c> of outlier
    /// detection, 10 s by default. Null: only <see cref="ReturnEndpoint"/> brings it back.</param>
    /// <returns>False where there is no such cluster, because none of its calls was made yet, or it has no such endpoint.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cluster"/> or <paramref name="endpoint"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is zero or less.</exception>
    bool EjectEndpoint(string cluster, string endpoint, TimeSpan? duration = null);

    /// <summary>Brings an ejected endpoint back into balance at once, whether it was ejected by hand or by outlier detection. Its errors in a row are
    /// forgotten; how often it was ejected is not. A failed health check still keeps calls away.</summary>
    /// <param name="cluster">As <see cref="MeshClusterStatus.Name"/> names it.</param>
    /// <param name="endpoint">As <see cref="MeshEndpointStatus.Address"/> names it.</param>
    /// <returns>False where there is no such endpoint, or it was not ejected.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cluster"/> or <paramref name="endpoint"/> is null.</exception>
    bool ReturnEndpoint(string cluster, string endpoint);
}
