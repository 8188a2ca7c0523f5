namespace Mesh.Client;

/// <summary>How the discovery of a service stands. Immutable.</summary>
/// <param name="Source">What finds the endpoints: <c>Static</c>, <c>Dns</c>, the name of a registered source, and so on.</param>
/// <param name="State">How much they are to be believed.</param>
/// <param name="Age">Time since the source last confirmed what is served, of several names since the one longest ago; since the start where it
/// never answered. A source that tells of changes is silent as long as nothing changes.</param>
/// <param name="Problem">The last failure, or why there are no endpoints; null while all is well.</param>
public sealed record MeshDiscoveryStatus(string Source, MeshDiscoveryState State, TimeSpan Age, string? Problem);
