namespace Mesh.Client.Configuration;

/// <summary>Where the port of a redirect comes from if none is written.</summary>
internal enum RedirectPort
{
    /// <summary>The one of the authority stays.</summary>
    Kept,

    /// <summary>80 or 443, by the scheme.</summary>
    FromProtocolDefault,

    /// <summary>The one that was called.</summary>
    FromRequestPort,
}
