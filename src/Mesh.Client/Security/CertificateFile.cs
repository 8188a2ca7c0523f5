using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.Security;

/// <summary>The authorities of a PEM file, read for each connection that is made: certificates are renewed under running processes, and where
/// Kubernetes mounts them neither time nor length of the file that is named says so. What has not changed is not parsed again. Thread-safe.</summary>
internal sealed class CertificateFile(string path, string owner)
{
    private Version? _parsed;

    /// <exception cref="CertificateFileException">The file cannot be read, or holds no certificate; the message names it.</exception>
    public X509Certificate2Collection Read()
    {
        try
        {
            var text = File.ReadAllText(path);
            if (Volatile.Read(ref _parsed) is { } known && known.Text == text)
            {
                return known.Certificates;
            }

            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(text);
            if (certificates.Count == 0)
            {
                throw new CryptographicException("it holds no certificate in PEM form");
            }

            Volatile.Write(ref _parsed, new(text, certificates));
            return certificates;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CertificateFileException(
                $"caCertificates '{path}' of {owner} cannot be used: {exception.Message}. Without it no server of the host can be trusted, so no connection is made.", exception);
        }
    }

    private sealed record Version(string Text, X509Certificate2Collection Certificates);
}
