namespace Mesh.Client;

/// <summary>What <c>clientThrottling</c> goes by for a cluster, as it was when asked for. Immutable.</summary>
/// <param name="Requests">Calls of the window, sent or refused here.</param>
/// <param name="Accepts">Those among them that the servers took.</param>
/// <param name="RejectionProbability">0 to 1: how likely a call of class <see cref="MeshCriticality.Critical"/> is refused.</param>
public sealed record MeshClientThrottlingStatus(int Requests, int Accepts, double RejectionProbability);
