namespace Mesh.Client.Routing;

/// <summary>Why a URI addresses nothing in the mesh.</summary>
internal enum HostMiss
{
    /// <summary>It does address something.</summary>
    None,

    /// <summary>It is relative, or its scheme is no business of an HTTP client.</summary>
    Scheme,

    /// <summary>No service and no rule has the name.</summary>
    Host,

    /// <summary>The host is known and does not declare the port.</summary>
    Port,
}
