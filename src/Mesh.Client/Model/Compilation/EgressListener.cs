using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The hosts that a Sidecar shows to the calls of one port, or to those of all ports that have no listener of their own.</summary>
internal sealed class EgressListener(MeshConfiguration configuration)
{
    // By exact host, by suffix of a wildcard, or by '*'.
    private readonly Dictionary<string, List<string>> _shown = [];
    private readonly Dictionary<string, List<string>> _hidden = [];

    public void Add(EgressHostConfiguration host)
    {
        if (host.Namespace == EgressHostConfiguration.None)
        {
            return;
        }

        var @namespace = host.Namespace == EgressHostConfiguration.Own ? configuration.Namespace : host.Namespace;
        var name = @namespace == EgressHostConfiguration.Any ? HostNames.Canonical(host.Host) : HostNames.Resolve(host.Host, @namespace, configuration.Domain);
        var table = host.IsExcluded ? _hidden : _shown;
        var key = HostNames.WildcardSuffix(name) ?? name;
        if (!table.TryGetValue(key, out var namespaces))
        {
            table.Add(key, namespaces = []);
        }

        namespaces.Add(@namespace);
    }

    public bool Sees(string @namespace, string name) => !Covers(_hidden, @namespace, name) && Covers(_shown, @namespace, name);

    /// <summary>As for rules, whose hosts may be patterns: of two patterns either may cover the other.</summary>
    public bool Overlaps(string @namespace, string name) => !Covers(_hidden, @namespace, name)
        && (Covers(_shown, @namespace, name)
            || (HostNames.WildcardSuffix(name) is { } suffix && _shown.Any(shown => shown.Key.EndsWith(suffix, StringComparison.Ordinal) && IsIn(shown.Value, @namespace))));

    private static bool Covers(Dictionary<string, List<string>> table, string @namespace, string name)
    {
        if (table.Count == 0)
        {
            return false;
        }

        if ((table.TryGetValue(EgressHostConfiguration.Any, out var namespaces) && IsIn(namespaces, @namespace))
            || (table.TryGetValue(name, out namespaces) && IsIn(namespaces, @namespace)))
        {
            return true;
        }

        foreach (var suffix in HostNames.Suffixes(name))
        {
            if (table.TryGetValue(suffix, out namespaces) && IsIn(namespaces, @namespace))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsIn(List<string> namespaces, string @namespace)
        => namespaces.Contains(EgressHostConfiguration.Any) || namespaces.Contains(@namespace);
}
