namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What a line of a watch tells.</summary>
internal enum WatchEventType
{
    /// <summary>None of the others; the line was cut before it could be read, or it is no event.</summary>
    Unknown,

    /// <summary>An object is there that was not, or that was not selected.</summary>
    Added,

    /// <summary>An object changed.</summary>
    Modified,

    /// <summary>An object is gone, or is not selected any more.</summary>
    Deleted,

    /// <summary>All is well up to a version, and no object changed.</summary>
    Bookmark,

    /// <summary>The watch ends; the object is a <c>Status</c> that says why.</summary>
    Error,
}
