using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Configuration;

/// <summary>What the watcher reads. Beyond <see cref="IMeshConfigurationSource"/> it can hand out a section as a tree and say of one
/// document alone that it failed.</summary>
internal interface IRuleSource
{
    string Name { get; }

    /// <summary>It may be out of reach when the process starts, other than the process's own files.</summary>
    bool IsRemote => false;

    /// <summary>Neither a document of it that is refused at the start, nor all of it when it fails then, keeps the process from starting: that is logged, and
    /// the rest is taken when it can be. Others write what such a source reads.</summary>
    bool IsOptionalAtStart => false;

    /// <summary>Called before anything else where rules of an earlier run stand in for those that it cannot give at the start, which need not be waited for as
    /// long then.</summary>
    void OnSubstituteKnown()
    {
    }

    /// <summary>Taken before <see cref="Read"/>, never at the same time.</summary>
    IChangeToken GetChangeToken();

    /// <summary>All documents as they are now; throws where the source as a whole fails.</summary>
    IReadOnlyList<SourceDocument> Read();
}
