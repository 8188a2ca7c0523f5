namespace Mesh.Client.Kubernetes.Services;

/// <summary>Which endpoints are for this process.</summary>
internal enum HintScope
{
    /// <summary>All: hints do not count.</summary>
    Cluster,

    /// <summary>Those for its zone.</summary>
    Zone,

    /// <summary>Those for its node.</summary>
    Node,
}
