namespace Mesh.Client;

/// <summary>How grave a <see cref="MeshFinding"/> is.</summary>
public enum MeshFindingSeverity
{
    /// <summary>Worth knowing; everything works as written.</summary>
    Info,

    /// <summary>Works, but not as the author may expect; nothing is refused.</summary>
    Warning,

    /// <summary>Cannot be honoured. The document is refused unless <see cref="MeshFinding.RefusesDocument"/> is false.</summary>
    Error,
}
