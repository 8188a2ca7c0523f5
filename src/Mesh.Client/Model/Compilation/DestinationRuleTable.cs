using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Which DestinationRule applies to a service: the client's namespace before the service's, within one the exact host before the
/// longest wildcard. The first namespace that has any is taken alone; rules of different namespaces are never combined.</summary>
internal sealed class DestinationRuleTable
{
    private readonly Dictionary<(string Namespace, string Host), MergedDestinationRule> _rules = [];
    private readonly string _clientNamespace;

    public DestinationRuleTable(MeshConfiguration configuration)
    {
        _clientNamespace = configuration.Namespace;
        foreach (var rule in configuration.DestinationRules.OrderBy(rule => rule.Metadata, ResourceMetadata.OldestFirst))
        {
            var name = HostNames.Resolve(rule.Host, rule.Metadata.Namespace, configuration.Domain);
            // No host begins with a dot, so exact hosts and suffixes share one table.
            var key = (rule.Metadata.Namespace, HostNames.WildcardSuffix(name) ?? name);
            if (!_rules.TryGetValue(key, out var merged))
            {
                _rules.Add(key, merged = new());
            }

            merged.Add(rule);
        }
    }

    public MergedDestinationRule? Find(ServiceModel service)
        => Find(service, _clientNamespace) ?? (service.Namespace == _clientNamespace ? null : Find(service, service.Namespace));

    private MergedDestinationRule? Find(ServiceModel service, string @namespace)
    {
        if (_rules.TryGetValue((@namespace, service.Name), out var rule))
        {
            return rule;
        }

        foreach (var suffix in HostNames.Suffixes(service.Name))
        {
            if (_rules.TryGetValue((@namespace, suffix), out rule))
            {
                return rule;
            }
        }

        return null;
    }
}
