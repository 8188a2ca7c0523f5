namespace Mesh.Client.Configuration;

/// <summary>Which Sidecar holds for this process.</summary>
internal static class SidecarChoice
{
    /// <summary>Of its namespace one that selects it, else one for all; else the one for all of the root namespace. Of several the oldest.</summary>
    public static SidecarConfiguration? Find(MeshConfiguration configuration)
    {
        if (configuration.Sidecars.Count == 0)
        {
            return null;
        }

        var byAge = configuration.Sidecars.OrderBy(sidecar => sidecar.Metadata, ResourceMetadata.OldestFirst).ToList();
        return byAge.Find(sidecar => IsSelecting(sidecar, configuration))
            ?? byAge.Find(sidecar => IsForAll(sidecar, configuration.Namespace))
            ?? byAge.Find(sidecar => IsForAll(sidecar, configuration.RootNamespace));
    }

    public static bool IsSelecting(SidecarConfiguration sidecar, MeshConfiguration configuration)
        => sidecar.Metadata.Namespace == configuration.Namespace && sidecar.WorkloadSelector is { } selector && selector.Selects(configuration.Workload.Labels);

    public static bool IsForAll(SidecarConfiguration sidecar, string @namespace)
        => sidecar.Metadata.Namespace == @namespace && sidecar.WorkloadSelector is null;
}
