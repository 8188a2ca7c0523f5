namespace Mesh.Client.Configuration;

/// <summary>What a security resource asks for.</summary>
internal enum SecurityDemand
{
    /// <summary>A PeerAuthentication with mode UNSET: what holds for the scope around it.</summary>
    Inherited,

    /// <summary>A PeerAuthentication with mode PERMISSIVE or DISABLE: plaintext is accepted.</summary>
    Plaintext,

    /// <summary>A PeerAuthentication with mode STRICT, for the workload or for any of its ports.</summary>
    MutualTls,

    /// <summary>A RequestAuthentication.</summary>
    CheckedTokens,

    /// <summary>An AuthorizationPolicy.</summary>
    Authorization,
}
