using System.Net;

namespace Mesh.Client.Configuration;

/// <summary>Hosts as rules write them: short name, full name, or one leading wildcard; and what they mean.</summary>
internal static class HostName
{
    /// <summary>What is wrong; null where nothing is.</summary>
    public static string? FindError(string host, bool allowsWildcard)
    {
        if (IPAddress.TryParse(host, out _))
        {
            return "an IP address is no service; write the name that callers use";
        }

        var name = host.AsSpan();
        if (name.Contains('*'))
        {
            if (!allowsWildcard)
            {
                return "a wildcard is not allowed here";
            }

            if (name is "*")
            {
                return null;
            }

            if (!name.StartsWith("*."))
            {
                return "a wildcard is written as '*.' in front of a name, such as *.example.com";
            }

            name = name[2..];
        }

        if (name.Contains("://", StringComparison.Ordinal))
        {
            return "a host has no scheme; write the name alone";
        }

        if (name.Contains(':') || name.Contains('/'))
        {
            return "a host has neither port nor path; write the name alone";
        }

        return DnsName.IsHost(name) ? null : "letters, digits and '-' with dots between are allowed, 63 in a part, 253 in all";
    }

    /// <summary>The wildcards that could cover a host, narrowest first: one look-up each, however many rules there are.</summary>
    public static IEnumerable<string> WildcardsOver(string host)
    {
        for (var dot = host.IndexOf('.', Math.Min(1, host.Length)); dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            var wildcard = string.Concat("*", host.AsSpan(dot));
            if (wildcard != host)
            {
                yield return wildcard;
            }
        }

        if (host != "*")
        {
            yield return "*";
        }
    }

    /// <summary>The full name: one without a dot belongs to the namespace of the rule that writes it, as in Istio; others stay as they are.</summary>
    public static string Resolve(string host, string ruleNamespace, string domain)
    {
        var lower = host.ToLowerInvariant().TrimEnd('.');
        return lower.Contains('.', StringComparison.Ordinal) || lower.Contains('*', StringComparison.Ordinal)
            ? lower
            : $"{lower}.{ruleNamespace}.svc.{domain}";
    }
}
