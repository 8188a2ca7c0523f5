namespace Mesh.Client;

/// <summary>A port that callers of a service address. Immutable.</summary>
/// <param name="Number">1 to 65535.</param>
/// <param name="Name">Null where the rules give none.</param>
public sealed record MeshServicePort(int Number, string? Name);
