namespace Mesh.Client.Model;

/// <summary>Where copies of a rule's calls go.</summary>
internal sealed class MirrorModel
{
    /// <summary>The service, for metrics.</summary>
    public required string Host { get; init; }

    /// <summary>By port, as those of a destination; empty where host or subset is not defined.</summary>
    public required ClusterModel[] Clusters { get; init; }

    /// <summary>Of how many calls, in Envoy's resolution of 0.0001 %; never 0.</summary>
    public required int PartsPerMillion { get; init; }
}
