using Mesh.Client.Diagnostics;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>A mesh of which nothing but the findings is asked.</summary>
internal sealed class FakeMesh : IMesh
{
    public IReadOnlyList<MeshFinding> Findings { get; set; } = [];

    public long RulesVersion => 1;

    public DateTimeOffset RulesLoadedAt => default;

    public IReadOnlyList<MeshClusterStatus> GetClusters() => [];

    public MeshExplanation Explain(HttpRequestMessage request) => throw new NotSupportedException();

    public bool EjectEndpoint(string cluster, string endpoint, TimeSpan? duration = null) => false;

    public bool ReturnEndpoint(string cluster, string endpoint) => false;
}
