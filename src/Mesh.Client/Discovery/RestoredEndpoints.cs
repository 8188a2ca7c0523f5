using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>The endpoints of a service from an earlier run of the process.</summary>
/// <param name="Endpoints">At least one.</param>
/// <param name="Age">Time since its source last confirmed them.</param>
internal sealed record RestoredEndpoints(IReadOnlyList<Endpoint> Endpoints, TimeSpan Age);
