using System.Net;

namespace Mesh.Client.Configuration;

/// <summary>Names in certificates as rules write them: a DNS name, with a wildcard if wanted, an IP address, or a URI such as a SPIFFE id.</summary>
internal static class SubjectAltName
{
    public static void Check(FieldReader fields, string code)
    {
        foreach (var item in fields.Items("subjectAltNames"))
        {
            if (item.Text is { } name && !IsName(name))
            {
                fields.Findings.Error(code, item, $"{FindingSink.Quote(name)} cannot be a name in a certificate: a DNS name, an IP address or a URI is needed.");
            }
        }
    }

    private static bool IsName(string name)
        => IPAddress.TryParse(name, out _)
            || (name.Contains("://", StringComparison.Ordinal) ? Uri.TryCreate(name, UriKind.Absolute, out _) : DnsName.IsHost(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name));
}
