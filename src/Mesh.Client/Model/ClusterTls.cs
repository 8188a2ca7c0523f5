namespace Mesh.Client.Model;

/// <summary>How the mesh itself speaks TLS to the endpoints of a cluster. Equality is part of what makes connections the same.</summary>
internal sealed record ClusterTls
{
    /// <summary>The rule, as a reader of an error would look for it.</summary>
    public required string Owner { get; init; }

    /// <summary>The name that the server is asked for, and by default must have.</summary>
    public required string ServerName { get; init; }

    /// <summary>A PEM file; null trusts the authorities of the operating system.</summary>
    public string? CaCertificates { get; init; }

    /// <summary>Names of which the certificate must carry one, a line each; empty asks for <see cref="ServerName"/>.</summary>
    public string SubjectAltNames { get; init; } = "";

    public bool InsecureSkipVerify { get; init; }
}
