using System.Collections.Immutable;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What a subscriber gets: all objects as they are now, and which of them it has to look at.</summary>
/// <param name="Objects">All of them; a new set shares with the last one all that did not change.</param>
/// <param name="Keys">Objects that were added, changed or removed since the last look, each once; null where all are to be looked at.</param>
/// <param name="IsKnown">The server has answered at least once: an empty set means that there are none.</param>
internal sealed record ResourceChanges<T>(ImmutableDictionary<ResourceKey, Resource<T>> Objects, IReadOnlyCollection<ResourceKey>? Keys, bool IsKnown)
    where T : class;
