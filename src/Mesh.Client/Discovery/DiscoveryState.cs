namespace Mesh.Client.Discovery;

/// <summary>How much the endpoints of a service are to be believed.</summary>
internal enum DiscoveryState
{
    /// <summary>The source has not answered yet.</summary>
    Pending,

    /// <summary>The source's newest answer.</summary>
    Known,

    /// <summary>The source says that there are no endpoints.</summary>
    Empty,

    /// <summary>An earlier answer is served on, since the source fails or has begun to say that there are none. Of several names that goes for
    /// one or more; endpoints of a name that failed from the beginning are missing.</summary>
    Stale,

    /// <summary>The source fails and nothing is known from before.</summary>
    Failed,
}
