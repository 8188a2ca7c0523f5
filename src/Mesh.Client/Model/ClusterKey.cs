using System.Globalization;

namespace Mesh.Client.Model;

/// <summary>The identity of a cluster: state kept under it outlives a swap of the rules.</summary>
internal readonly record struct ClusterKey(string Service, int Port, string? Subset)
{
    /// <summary>In Envoy's syntax: <c>outbound|9080|v1|reviews.default.svc.cluster.local</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"outbound|{Port}|{Subset}|{Service}");
}
