namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What a failure asks for.</summary>
internal enum WatchFailure
{
    /// <summary>Wait, and go on where it stopped.</summary>
    Transient,

    /// <summary>The version that was to be gone on from is forgotten (410) or unknown: everything is listed anew.</summary>
    Expired,

    /// <summary>There is no such resource (404).</summary>
    Absent,
}
