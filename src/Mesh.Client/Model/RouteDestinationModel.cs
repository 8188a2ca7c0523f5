namespace Mesh.Client.Model;

internal sealed class RouteDestinationModel
{
    public required int Weight { get; init; }

    /// <summary>Clusters by port: one where the port is fixed by the rule or the service has one port or none, else one per declared port,
    /// of which the caller's port chooses. Empty: the host or subset is not defined, and calls are answered <c>NC</c>.</summary>
    public required ClusterModel[] Clusters { get; init; }

    /// <summary>What changes on messages that go this way; null for nothing.</summary>
    public EditsModel? Edits { get; init; }

    /// <summary>Why there is no cluster, for the body of the answer; null where there is one.</summary>
    public string? Missing { get; init; }
}
