using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>First matching rule, then one weighted draw. No allocation on success.</summary>
internal static class RouteSelector
{
    public static RouteDecision Select(in HostMatch host, HttpRequestMessage request, MeshRandom random) => throw new NotImplementedException();
}
