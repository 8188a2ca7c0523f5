using System.Globalization;
using System.Net;

namespace Mesh.Client.Model;

/// <summary>How a name in a rule becomes the name of a service, and which names a caller may write for it.</summary>
internal static class HostNames
{
    private static readonly IdnMapping Idn = new();

    /// <summary>A name without a dot belongs to the namespace of the rule that names it; every other name stands as it is.</summary>
    public static string Resolve(string host, string ruleNamespace, string domain)
    {
        var name = Canonical(host);
        return IsShort(name) ? InCluster(name, ruleNamespace, domain) : name;
    }

    public static string InCluster(string name, string @namespace, string domain) => $"{name}.{@namespace}.svc.{domain}".ToLowerInvariant();

    public static bool IsShort(string name) => !name.Contains('.') && !name.StartsWith('*') && !IPAddress.TryParse(name, out _);

    /// <summary>In the form in which <see cref="Uri.IdnHost"/> gives it: lower case, ASCII, no trailing dot, no brackets.</summary>
    public static string Canonical(string host)
    {
        var name = host.EndsWith('.') ? host[..^1] : host;
        if (name.Length > 2 && name[0] == '[' && name[^1] == ']')
        {
            name = name[1..^1];
        }

        if (name.Contains(':') && IPAddress.TryParse(name, out var address))
        {
            return address.ToString();
        }

        return (System.Text.Ascii.IsValid(name) ? name : ToAscii(name)).ToLowerInvariant();
    }

    /// <summary>Takes <c>reviews.prod.svc.cluster.local</c> apart; false for names that are not a service of the cluster domain.</summary>
    public static bool TrySplit(string name, string domain, out string service, out string @namespace)
    {
        (service, @namespace) = ("", "");
        var labels = InClusterDomain(name, domain) ? name.AsSpan(0, name.Length - ".svc.".Length - domain.Length) : [];
        var dot = labels.IndexOf('.');
        if (dot <= 0 || dot == labels.Length - 1 || labels[(dot + 1)..].Contains('.') || labels[0] == '*')
        {
            return false;
        }

        (service, @namespace) = (labels[..dot].ToString(), labels[(dot + 1)..].ToString());
        return true;
    }

    /// <summary>Under <c>.svc.&lt;domain&gt;</c>, wildcards included.</summary>
    public static bool InClusterDomain(string name, string domain)
        => name.Length > domain.Length + ".svc.".Length
            && name.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            && name.AsSpan(0, name.Length - domain.Length).EndsWith(".svc.", StringComparison.OrdinalIgnoreCase);

    /// <summary>The shorter names that stand for a service of the cluster domain. The bare one is for the client's own namespace.</summary>
    public static IEnumerable<string> Aliases(string name, string domain, string clientNamespace)
    {
        if (!TrySplit(name, domain, out var service, out var @namespace))
        {
            yield break;
        }

        yield return $"{service}.{@namespace}.svc";
        yield return $"{service}.{@namespace}";
        if (string.Equals(@namespace, clientNamespace, StringComparison.OrdinalIgnoreCase))
        {
            yield return service;
        }
    }

    /// <summary>The full name that <c>reviews.prod</c> or <c>reviews.prod.svc</c> would stand for; null for other shapes.</summary>
    public static string? ExpandAlias(string name, string domain)
    {
        var labels = name.Split('.');
        return labels.Length switch
        {
            2 => $"{name}.svc.{domain}".ToLowerInvariant(),
            3 when labels[2] == "svc" => $"{name}.{domain}".ToLowerInvariant(),
            _ => null,
        };
    }

    /// <summary><c>.foo.com</c> for <c>*.foo.com</c>; null for all else, the bare <c>*</c> too, which no client's rule may use.</summary>
    public static string? WildcardSuffix(string name) => name.Length > 1 && name[0] == '*' ? name[1..] : null;

    /// <summary>The suffixes under which a wildcard for <paramref name="name"/> may be filed, the longest first.</summary>
    public static IEnumerable<string> Suffixes(string name)
    {
        for (var dot = name.Length > 1 ? name.IndexOf('.', 1) : -1; dot > 0; dot = name.IndexOf('.', dot + 1))
        {
            yield return name[dot..];
        }
    }

    private static string ToAscii(string name)
    {
        try
        {
            return Idn.GetAscii(name);
        }
        catch (ArgumentException)
        {
            // No URI can carry such a name, so it may stand as written: nothing will ever look it up.
            return name;
        }
    }
}
