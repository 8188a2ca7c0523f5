using System.Net;

namespace Mesh.Client.Routing;

/// <summary>Why a request goes nowhere.</summary>
/// <param name="Flag">NoRoute or NoCluster. A rule whose action is refused gives NoCluster.</param>
/// <param name="Reason">The one-line reason that names rule and value, for the body of the mesh's own answer.</param>
/// <param name="Status">The status of that answer.</param>
internal sealed record RouteFailure(MeshResponseFlags Flag, string? Reason, HttpStatusCode Status = HttpStatusCode.ServiceUnavailable);
