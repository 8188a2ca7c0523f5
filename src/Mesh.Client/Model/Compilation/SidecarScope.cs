using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>What a Sidecar's egress hosts let this process see. It scopes rules and known hosts; it protects nothing.</summary>
internal sealed class SidecarScope
{
    private readonly string _domain;

    // By exact host, by suffix of a wildcard, or by '*'.
    private readonly Dictionary<string, List<string>> _shown = [];
    private readonly Dictionary<string, List<string>> _hidden = [];

    private SidecarScope(IReadOnlyList<EgressHostConfiguration> hosts, MeshConfiguration configuration)
    {
        _domain = configuration.Domain;
        foreach (var host in hosts)
        {
            if (host.Namespace == EgressHostConfiguration.None)
            {
                continue;
            }

            var @namespace = host.Namespace == EgressHostConfiguration.Own ? configuration.Namespace : host.Namespace;
            var name = @namespace == EgressHostConfiguration.Any ? HostNames.Canonical(host.Host) : HostNames.Resolve(host.Host, @namespace, _domain);
            var table = host.IsExcluded ? _hidden : _shown;
            var key = HostNames.WildcardSuffix(name) ?? name;
            if (!table.TryGetValue(key, out var namespaces))
            {
                table.Add(key, namespaces = []);
            }

            namespaces.Add(@namespace);
        }
    }

    /// <summary>Null: everything is seen.</summary>
    public static SidecarScope? Of(SidecarConfiguration? sidecar, MeshConfiguration configuration)
        => sidecar?.EgressHosts is { } hosts ? new(hosts, configuration) : null;

    /// <param name="namespace">Where the service lives.</param>
    /// <param name="name">Its full name, or a wildcard.</param>
    public bool Sees(string @namespace, string name) => !Covers(_hidden, @namespace, name) && Covers(_shown, @namespace, name);

    /// <summary>A rule comes with all of its hosts where one of them is seen. Of two patterns either may cover the other.</summary>
    public bool Imports(VirtualServiceConfiguration rule)
    {
        foreach (var host in rule.Hosts)
        {
            var name = HostNames.Resolve(host, rule.Metadata.Namespace, _domain);
            if (Covers(_hidden, rule.Metadata.Namespace, name))
            {
                continue;
            }

            if (Covers(_shown, rule.Metadata.Namespace, name)
                || (HostNames.WildcardSuffix(name) is { } suffix && _shown.Any(shown => shown.Key.EndsWith(suffix, StringComparison.Ordinal) && IsIn(shown.Value, rule.Metadata.Namespace))))
            {
                return true;
            }
        }

        return false;
    }

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
