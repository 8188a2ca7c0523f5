using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.Security;

/// <summary>The authorities of a PEM file, read again when the file has changed: certificates are renewed under running processes.
/// Thread-safe.</summary>
internal sealed class CertificateFile(string path, string owner)
{
    private Version? _read;

    /// <exception cref="IOException">The file cannot be read, or holds no certificate; the message names it.</exception>
    public X509Certificate2Collection Read()
    {
        try
        {
            var stamp = (File.GetLastWriteTimeUtc(path), new FileInfo(path).Length);
            if (Volatile.Read(ref _read) is { } known && known.Stamp == stamp)
            {
                return known.Certificates;
            }

            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            if (certificates.Count == 0)
            {
                throw new CryptographicException("it holds no certificate in PEM form");
            }

            Volatile.Write(ref _read, new(stamp, certificates));
            return certificates;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new IOException(
                $"caCertificates '{path}' of {owner} cannot be used: {exception.Message}. Without it no server of the host can be trusted, so no connection is made.", exception);
        }
    }

    private sealed record Version((DateTime WrittenAt, long Length) Stamp, X509Certificate2Collection Certificates);
}
