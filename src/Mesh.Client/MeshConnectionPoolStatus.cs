namespace Mesh.Client;

/// <summary>What the calls of this process hold of a cluster's limits, as it was when asked for. Immutable.</summary>
/// <param name="ActiveRequests">Calls under way, from before they are sent to the end of their response bodies.</param>
/// <param name="PendingRequests">Calls that wait for a connection.</param>
/// <param name="ActiveRetries">Retries under way, from the decision to the end of their attempt.</param>
/// <param name="Overflows">Calls and mirrored copies that were turned away since the cluster was first called.</param>
public sealed record MeshConnectionPoolStatus(int ActiveRequests, int PendingRequests, int ActiveRetries, long Overflows);
