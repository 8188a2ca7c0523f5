namespace Mesh.Client.Configuration;

/// <summary>The block <c>tls</c> of a traffic policy.</summary>
internal sealed record TlsConfiguration
{
    public TlsMode Mode { get; init; } = TlsMode.Disable;

    /// <summary>A PEM file with the authorities that may have signed the server's certificate; null trusts those of the operating system.</summary>
    public string? CaCertificates { get; init; }

    /// <summary>The server's certificate must carry one of these; empty asks for the name that is called.</summary>
    public IReadOnlyList<string> SubjectAltNames { get; init; } = [];

    /// <summary>Null is the name of the service.</summary>
    public string? Sni { get; init; }

    public bool InsecureSkipVerify { get; init; }

    /// <summary>Set where the block asks for something that cannot be honoured: says what; calls are answered 503.</summary>
    public string? Unbuilt { get; init; }
}
