namespace Mesh.Client.Configuration;

/// <summary>Hosts as rules write them: short name, full name, or one leading wildcard; and what they mean.</summary>
internal static class HostName
{
    /// <summary>What is wrong; null where nothing is. As in Istio a wildcard is one star in front of the first label, or in place of it.</summary>
    public static string? FindError(string host, bool allowsWildcard, bool allowsAddress = false)
    {
        if (EndpointAddressText.TryParseIp(host, out _))
        {
            return allowsAddress ? null : "an IP address is no service; write the name that callers use";
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

            name = name switch
            {
                ['*', '.' or '-', .. var rest] => rest,
                ['*', .. var rest] => rest,
                _ => name,
            };
            if (name.Contains('*'))
            {
                return "a wildcard is one '*' in front of a name, such as *.example.com or *-test.example.com";
            }
        }

        if (name.Contains("://", StringComparison.Ordinal))
        {
            return "a host has no scheme; write the name alone";
        }

        if (name.Contains(':') || name.Contains('/'))
        {
            return "a host has neither port nor path; write the name alone";
        }

        if (!DnsName.IsHost(name))
        {
            return "letters, digits and '-' with dots between are allowed, 63 in a part, 253 in all";
        }

        var last = host.AsSpan(host.LastIndexOf('.') + 1);
        return last.Length is > 0 and var length && length < host.Length && !last.ContainsAnyExceptInRange('0', '9')
            ? "the last part of a name cannot be a number"
            : null;
    }

    /// <summary>A wildcard that begins inside a label: <c>*-x.foo.com</c>, <c>*foo.com</c>.</summary>
    public static bool IsPartialWildcard(string host) => host is ['*', not '.', ..];

    /// <summary>The full name: one without a dot, but for a wildcard or an IPv6 address, belongs to the namespace of the rule that writes it, as in Istio; others stay as they are.</summary>
    public static string Resolve(string host, string ruleNamespace, string domain)
    {
        var lower = host.ToLowerInvariant().TrimEnd('.');
        return lower.AsSpan().ContainsAny('.', '*', ':')
            ? lower
            : $"{lower}.{ruleNamespace}.svc.{domain}";
    }
}
