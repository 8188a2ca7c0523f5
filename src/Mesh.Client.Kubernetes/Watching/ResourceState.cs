namespace Mesh.Client.Kubernetes.Watching;

/// <summary>How much the objects of a watch are to be believed.</summary>
internal enum ResourceState
{
    /// <summary>The server has not answered yet.</summary>
    Pending,

    /// <summary>As the server has them now.</summary>
    Current,

    /// <summary>As the server had them once; it is asked in vain since.</summary>
    Stale,

    /// <summary>It is asked in vain, and nothing is known from before.</summary>
    Failed,

    /// <summary>The server has no such resource, as where a CustomResourceDefinition is not installed. It is looked for again.</summary>
    Absent,
}
