namespace Mesh.Client;

/// <summary>An endpoint of a cluster, as it is now.</summary>
/// <param name="Address">Where it is dialled.</param>
/// <param name="Labels">What discovery says of it.</param>
/// <param name="InFlight">Calls under way from this process.</param>
/// <param name="IsEjected">Out of balance after errors.</param>
public sealed record MeshEndpointStatus(string Address, IReadOnlyDictionary<string, string> Labels, int InFlight, bool IsEjected);
