using System.Net;
using Mesh.Client.Model;

namespace Mesh.Client.Pipeline;

/// <summary>The cluster that a call goes to, or the mesh's own answer to it.</summary>
/// <param name="Cluster">Null where the mesh answers.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Flag">The flag of the answer.</param>
/// <param name="Reason">The body of the answer.</param>
internal readonly record struct RouteOutcome(ClusterModel? Cluster, HttpStatusCode Status, MeshResponseFlags Flag, string? Reason)
{
    public static RouteOutcome To(ClusterModel cluster) => new(cluster, default, MeshResponseFlags.None, null);

    public static RouteOutcome Answer(HttpStatusCode status, MeshResponseFlags flag, string reason) => new(null, status, flag, reason);
}
