namespace Mesh.Client;

/// <summary>How much the endpoints of a service are to be believed.</summary>
public enum MeshDiscoveryState
{
    /// <summary>The source has not answered yet.</summary>
    Pending,

    /// <summary>They are the source's newest answer.</summary>
    Known,

    /// <summary>The source says that there are none: calls are answered 503 <c>UH</c>.</summary>
    Empty,

    /// <summary>An earlier answer is served on, since the source fails or has begun to say that there are none. Of a service whose endpoints are
    /// found under several names that goes for one or more of them.</summary>
    Stale,

    /// <summary>The source fails and nothing is known from before: calls are answered 503 <c>UH</c>.</summary>
    Failed,
}
