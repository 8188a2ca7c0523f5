namespace Mesh.Client.Configuration;

/// <summary>What a workload sees of the mesh.</summary>
internal sealed record SidecarConfiguration : ResourceConfiguration
{
    /// <summary>Labels of the workloads of its namespace that it is for; null: all of them.</summary>
    public IReadOnlyDictionary<string, string>? WorkloadSelector { get; init; }

    /// <summary>What can be seen; null: everything.</summary>
    public IReadOnlyList<EgressHostConfiguration>? EgressHosts { get; init; }

    /// <summary>Null: that of the mesh.</summary>
    public OutboundTrafficPolicyMode? OutboundTrafficPolicy { get; init; }
}
