using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Benchmarks.Rules;

/// <summary>From text to a snapshot, stage by stage.</summary>
internal static class RuleLoading
{
    public static LoadedDocument Read(string json)
    {
        var document = DocumentLoader.Load(MeshDocument.FromMeshJson("benchmark.json", json));
        return document.IsRefused ? throw new MeshConfigurationException(document.Findings) : document;
    }

    public static MeshSnapshot Compile(LoadedDocument document, MeshSnapshot? previous = null)
        => SnapshotCompiler.Compile(ConfigurationMerger.Merge([document]).Configuration, (previous?.Version ?? 0) + 1, previous);

    public static MeshSnapshot Compile(string json) => Compile(Read(json));
}
