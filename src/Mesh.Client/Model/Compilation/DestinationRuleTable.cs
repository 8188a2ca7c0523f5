using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Which DestinationRule applies to a service: the client's namespace before the service's before the root namespace, within one the
/// exact host before the longest wildcard, and that before <c>*</c>. The first namespace that has any is taken alone; rules of different namespaces are never combined.</summary>
internal sealed class DestinationRuleTable
{
    private const string AllHosts = "*";

    /// <summary>Rules are combined with those of the same <c>exportTo</c> alone; of several such groups that this process sees the youngest is
    /// used, as in Istio, where the last one found replaces the others.</summary>
    private readonly Dictionary<(string Namespace, string Host), MergedDestinationRule> _rules = [];

    /// <summary>Rules that select this workload go before those for all, and are combined with those of the same selector alone.</summary>
    private readonly Dictionary<(string Namespace, string Host), (IReadOnlyDictionary<string, string> Selector, MergedDestinationRule Rule)> _selecting = [];
    private readonly string _clientNamespace;
    private readonly string _rootNamespace;

    /// <param name="configuration">With those rules alone that this process sees.</param>
    public DestinationRuleTable(MeshConfiguration configuration)
    {
        (_clientNamespace, _rootNamespace) = (configuration.Namespace, configuration.RootNamespace);
        var groups = new Dictionary<(string Namespace, string Host, string ExportTo), MergedDestinationRule>();
        foreach (var rule in configuration.DestinationRules.OrderBy(rule => rule.Metadata, ResourceMetadata.OldestFirst))
        {
            var name = HostNames.Resolve(rule.Host, rule.Metadata.Namespace, configuration.Domain);
            // No host begins with a dot, so exact hosts and suffixes share one table.
            var key = (rule.Metadata.Namespace, HostNames.WildcardSuffix(name) ?? name);
            (rule.WorkloadSelector is { } selector ? Selecting(key, selector) : Exported(key, rule.ExportTo, groups))?.Add(rule);
        }
    }

    /// <param name="name">A host's full name, or a wildcard's suffix with its leading dot.</param>
    /// <param name="serviceNamespace">Where the host is declared.</param>
    public MergedDestinationRule? Find(string name, string serviceNamespace)
        => FindIn(_clientNamespace, name)
            ?? (serviceNamespace == _clientNamespace ? null : FindIn(serviceNamespace, name))
            ?? (_rootNamespace == _clientNamespace || _rootNamespace == serviceNamespace ? null : FindIn(_rootNamespace, name));

    /// <summary>Why calls to what a wildcard covers cannot be made: a rule asks for TLS, and they go past the mesh's own connections.</summary>
    public string? WildcardRefusal(string suffix, string @namespace)
        => Find(suffix, @namespace)?.TlsOwner is { } owner
            ? $"{owner} asks for TLS to hosts of the wildcard *{suffix}, which this version adds to named hosts alone; name the host in a ServiceEntry"
            : null;

    private MergedDestinationRule Exported(
        (string Namespace, string Host) key, IReadOnlyList<string> exportTo, Dictionary<(string Namespace, string Host, string ExportTo), MergedDestinationRule> groups)
    {
        var group = (key.Namespace, key.Host, ExportTo.ToText(exportTo));
        if (!groups.TryGetValue(group, out var merged))
        {
            groups.Add(group, merged = new());
            _rules[key] = merged;
        }

        return merged;
    }

    /// <summary>Null where an older rule with another selector has the host.</summary>
    private MergedDestinationRule? Selecting((string Namespace, string Host) key, IReadOnlyDictionary<string, string> selector)
    {
        if (!_selecting.TryGetValue(key, out var selecting))
        {
            _selecting.Add(key, selecting = (selector, new()));
        }

        return selecting.Selector.Count == selector.Count && selecting.Selector.Selects(selector) ? selecting.Rule : null;
    }

    private MergedDestinationRule? FindIn(string @namespace, string name)
    {
        if (Find((@namespace, name)) is { } exact)
        {
            return exact;
        }

        foreach (var suffix in HostNames.Suffixes(name))
        {
            if (Find((@namespace, suffix)) is { } rule)
            {
                return rule;
            }
        }

        return Find((@namespace, AllHosts));
    }

    private MergedDestinationRule? Find((string Namespace, string Host) key)
        => _selecting.Count > 0 && _selecting.TryGetValue(key, out var selecting) ? selecting.Rule : _rules.GetValueOrDefault(key);
}
