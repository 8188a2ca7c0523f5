namespace Mesh.Client;

/// <summary>Sources of rules.</summary>
public static class MeshBuilderExtensions
{
    /// <summary>Istio resources in YAML or JSON files, watched. Files that match but do not exist yet are taken up when they appear.</summary>
    /// <param name="builder">The mesh.</param>
    /// <param name="patterns">Paths, relative to the content root or absolute; the last segment may hold <c>*</c> and <c>?</c>.</param>
    /// <returns>The same builder.</returns>
    public static IMeshBuilder AddIstioYaml(this IMeshBuilder builder, params string[] patterns) => throw new NotImplementedException();

    /// <summary>A source of your own. Later sources win where two define the same object.</summary>
    /// <param name="builder">The mesh.</param>
    /// <param name="source">The source; the mesh does not dispose it.</param>
    /// <returns>The same builder.</returns>
    public static IMeshBuilder AddSource(this IMeshBuilder builder, IMeshConfigurationSource source) => throw new NotImplementedException();
}
