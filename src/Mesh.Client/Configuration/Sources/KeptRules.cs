namespace Mesh.Client.Configuration;

/// <summary>What is live of a source that may be away at the next start.</summary>
/// <param name="Source">Its name.</param>
/// <param name="IsFailing">It could not be read the last time.</param>
/// <param name="Documents">The last version of each that was accepted.</param>
internal sealed record KeptRules(string Source, bool IsFailing, IReadOnlyList<MeshDocument> Documents);
