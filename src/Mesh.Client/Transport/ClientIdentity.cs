using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.Transport;

/// <summary>
/// The certificate that a client with an <see cref="HttpClientHandler"/> shows to servers that ask for one, chosen as that handler chooses:
/// the first with a private key that may sign for a TLS client. Equal where the certificates are, whatever objects hold them, since a
/// handler that is rebuilt often loads its file again.
/// </summary>
internal sealed class ClientIdentity : IEquatable<ClientIdentity>
{
    private const string TlsClientUsage = "1.3.6.1.5.5.7.3.2";

    private static readonly ClientIdentity OfUsersStore = new(null);

    private readonly X509Certificate2? _certificate;

    private ClientIdentity(X509Certificate2? certificate) => _certificate = certificate;

    /// <summary>Null where the handler shows none.</summary>
    public static ClientIdentity? Of(HttpClientHandler handler)
    {
        if (handler.ClientCertificateOptions == ClientCertificateOption.Automatic)
        {
            return OfUsersStore;
        }

        // A copy: connections made later must not need an object that the application may have disposed with its handler.
        var given = handler.ClientCertificates.Cast<X509Certificate>()
            .Select(certificate => certificate as X509Certificate2 ?? new X509Certificate2(certificate));
        return Choose(given) is { } chosen ? new ClientIdentity(new X509Certificate2(chosen)) : null;
    }

    /// <summary>A <see cref="System.Net.Security.LocalCertificateSelectionCallback"/>. The user's store is looked at for each connection, as
    /// its content may change.</summary>
    public X509Certificate Select(
        object sender,
        string targetHost,
        X509CertificateCollection localCertificates,
        X509Certificate? remoteCertificate,
        string[] acceptableIssuers)
        => _certificate ?? ChooseFromUsersStore()!;

    public bool Equals(ClientIdentity? other) => other is not null
        && (_certificate is null || other._certificate is null
            ? ReferenceEquals(_certificate, other._certificate)
            : _certificate.RawDataMemory.Span.SequenceEqual(other._certificate.RawDataMemory.Span));

    public override bool Equals(object? obj) => Equals(obj as ClientIdentity);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_certificate is null ? [] : _certificate.RawDataMemory.Span);
        return hash.ToHashCode();
    }

    private static X509Certificate2? ChooseFromUsersStore()
    {
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadOnly);
        return Choose(store.Certificates);
    }

    private static X509Certificate2? Choose(IEnumerable<X509Certificate2> certificates)
        => new X509Certificate2Collection(certificates.Where(certificate => certificate.HasPrivateKey).ToArray())
            .Find(X509FindType.FindByApplicationPolicy, TlsClientUsage, validOnly: false)
            .Find(X509FindType.FindByKeyUsage, X509KeyUsageFlags.DigitalSignature, validOnly: false)
            .FirstOrDefault();
}
