namespace Mesh.Client.Configuration;

/// <summary>The rules of a source from an earlier run of the process.</summary>
/// <param name="Documents">Accepted then.</param>
/// <param name="Age">Time since the source could last be read.</param>
internal sealed record RestoredRules(IReadOnlyList<MeshDocument> Documents, TimeSpan Age);
