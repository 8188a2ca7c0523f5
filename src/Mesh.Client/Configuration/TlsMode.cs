namespace Mesh.Client.Configuration;

internal enum TlsMode
{
    /// <summary>Plaintext, asked for.</summary>
    Disable,

    /// <summary>TLS without a certificate of the client's own.</summary>
    Simple,

    Mutual,

    IstioMutual,
}
