namespace Mesh.Client;

/// <summary>What the retry budget of a cluster has left for this process, as it was when asked for. Immutable.</summary>
/// <param name="AvailableRetries">Calls that could be repeated now.</param>
/// <param name="RefusedRetries">Calls that were not repeated because nothing was left, since the cluster was first called.</param>
public sealed record MeshRetryBudgetStatus(long AvailableRetries, long RefusedRetries);
