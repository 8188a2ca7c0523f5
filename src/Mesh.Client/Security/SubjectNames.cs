using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.Security;

/// <summary>The names that a certificate stands for: DNS names with their wildcards, addresses, and URIs such as SPIFFE ids.</summary>
internal static class SubjectNames
{
    private const string SubjectAltName = "2.5.29.17";
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    public static bool Carries(X509Certificate2 certificate, string name)
    {
        if (name.Contains("://", StringComparison.Ordinal))
        {
            return UrisOf(certificate).Contains(name, StringComparer.Ordinal);
        }

        if (certificate.Extensions[SubjectAltName] is not { } extension)
        {
            // The common name does not count, as in browsers and Envoy.
            return false;
        }

        if (name.StartsWith('*'))
        {
            var names = extension as X509SubjectAlternativeNameExtension ?? new X509SubjectAlternativeNameExtension(extension.RawData, extension.Critical);
            return names.EnumerateDnsNames().Contains(name, StringComparer.OrdinalIgnoreCase);
        }

        return certificate.MatchesHostname(name, allowWildcards: !IPAddress.TryParse(name, out _), allowCommonName: false);
    }

    private static List<string> UrisOf(X509Certificate2 certificate)
    {
        var uris = new List<string>();
        if (certificate.Extensions[SubjectAltName] is not { } extension)
        {
            return uris;
        }

        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(Uri))
                {
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            // A name that cannot be read is a name that is not carried.
            uris.Clear();
        }

        return uris;
    }
}
