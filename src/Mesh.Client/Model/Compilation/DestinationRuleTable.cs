using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Which DestinationRule applies to a service: the client's namespace before the service's before the root namespace, within one the
/// exact host before the longest wildcard, and that before <c>*</c>. The first namespace that has any is taken alone; rules of different namespaces are never combined.</summary>
internal sealed class DestinationRuleTable
{
    /// <summary>Rules are combined with those of the same <c>exportTo</c> alone; of several such groups that this process sees the youngest is
    /// used, as in Istio, where the last one found replaces the others.</summary>
    private readonly Dictionary<(string Namespace, string Host), MergedDestinationRule> _rules = [];

    /// <summary>Rules that select this workload go before those for all, and are combined with those of the same selector alone.</summary>
    private readonly Dictionary<(string Namespace, string Host), (IReadOnlyDictionary<string, string> Selector, MergedDestinationRule Rule)> _selecting = [];
    private readonly Dictionary<string, WildcardTable<string>> _wildcards = [];
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
            var key = (rule.Metadata.Namespace, name);
            (rule.WorkloadSelector is { } selector ? Selecting(key, selector) : Exported(key, rule.ExportTo, groups))?.Add(rule);
            if (name.StartsWith('*'))
            {
                AddWildcard(rule.Metadata.Namespace, name);
            }
        }
    }

    /// <param name="name">A host's full name, or a wildcard.</param>
    /// <param name="serviceNamespace">Where the host is declared.</param>
    public MergedDestinationRule? Find(string name, string serviceNamespace)
        => FindIn(_clientNamespace, name)
            ?? (serviceNamespace == _clientNamespace ? null : FindIn(serviceNamespace, name))
            ?? (_rootNamespace == _clientNamespace || _rootNamespace == serviceNamespace ? null : FindIn(_rootNamespace, name));

    /// <summary>Why calls to what a wildcard covers cannot be made: a rule asks for TLS, and they go past the mesh's own connections.</summary>
    public string? WildcardRefusal(string wildcard, string @namespace)
        => Find(wildcard, @namespace)?.TlsOwner is { } owner
            ? $"{owner} asks for TLS to hosts of the wildcard {wildcard}, which this version adds to named hosts alone; name the host in a ServiceEntry"
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
        => Find((@namespace, name))
            ?? (_wildcards.TryGetValue(@namespace, out var wildcards) && wildcards.TryFind(name, out var wildcard) ? Find((@namespace, wildcard)) : null);

    private void AddWildcard(string @namespace, string wildcard)
    {
        if (!_wildcards.TryGetValue(@namespace, out var wildcards))
        {
            _wildcards.Add(@namespace, wildcards = new());
        }

        wildcards.TryAdd(wildcard, wildcard);
    }

    private MergedDestinationRule? Find((string Namespace, string Host) key)
        => _selecting.Count > 0 && _selecting.TryGetValue(key, out var selecting) ? selecting.Rule : _rules.GetValueOrDefault(key);
}
