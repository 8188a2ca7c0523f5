namespace Mesh.Client.Kubernetes.Access;

/// <summary>What a connection to an API server depends on: two that are equal share their connections.</summary>
/// <param name="Server">The base address, ending in a slash.</param>
internal sealed record TransportSettings(Uri Server)
{
    /// <summary>The name that the server's certificate must have in place of the address's; null: the address's.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Certificates in PEM that alone may have issued the server's; null: those that the system trusts.</summary>
    public string? Authorities { get; init; }

    /// <summary>Whoever answers is believed.</summary>
    public bool SkipsTlsCheck { get; init; }

    /// <summary>The client's certificate, and others of its chain, in PEM; null where none is shown.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>The private key of <see cref="ClientCertificate"/> in PEM.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Null: what the environment says (<c>HTTPS_PROXY</c>, <c>NO_PROXY</c>).</summary>
    public Uri? Proxy { get; init; }
}
