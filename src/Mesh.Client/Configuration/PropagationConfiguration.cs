namespace Mesh.Client.Configuration;

/// <summary>Which headers of an incoming request go on to outgoing calls, and to whom.</summary>
internal sealed record PropagationConfiguration
{
    /// <summary>Header names that UseMesh() captures, without regard to case. <c>Mesh:Propagation:Headers</c>.</summary>
    public IReadOnlyList<string> Headers { get; init; } = ["end-user", "x-request-id"];

    /// <summary>Hosts outside the mesh that get captured headers and baggage all the same. <c>Mesh:Propagation:ExternalHosts</c>.</summary>
    public IReadOnlyList<string> ExternalHosts { get; init; } = [];
}
