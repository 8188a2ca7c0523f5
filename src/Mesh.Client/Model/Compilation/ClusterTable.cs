using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The clusters of one compilation, one object per key, so that all rules that lead to a cluster share its cached state.</summary>
internal sealed class ClusterTable(DestinationRuleTable destinationRules, MeshConfiguration configuration)
{
    private readonly IReadOnlyList<UnbuiltSecurityPolicy> _securityPolicies = configuration.UnbuiltSecurityPolicies;
    private readonly Dictionary<ServiceModel, List<Answer>> _answers = [];
    private readonly Dictionary<ClusterKey, ClusterModel> _clusters = [];
    private readonly List<ClusterModel> _reachable = [];
    private readonly LabelSets _labels = new();

    /// <summary>In the order in which rules named them; those whose port only the caller knows under port 0.</summary>
    public IReadOnlyList<ClusterModel> Reachable => _reachable;

    public IReadOnlyDictionary<ClusterKey, ClusterModel> ByKey => _clusters;

    /// <summary>The clusters by port; empty, with the reason, where the service, subset or port is not defined.</summary>
    /// <param name="service">The destination.</param>
    /// <param name="subset">Null: all endpoints of the service.</param>
    /// <param name="port">0: the service's only port, else the port that is called.</param>
    /// <param name="missing">Why there is none.</param>
    public ClusterModel[] Find(ServiceModel service, string? subset, int port, out string? missing)
    {
        ref var answers = ref CollectionsMarshal.GetValueRefOrAddDefault(_answers, service, out _);
        answers ??= [];
        foreach (var known in answers)
        {
            if (known.Subset == subset && known.Port == port)
            {
                missing = known.Missing;
                return known.Clusters;
            }
        }

        var answer = Create(service, subset, port);
        answers.Add(answer);
        missing = answer.Missing;
        return answer.Clusters;
    }

    /// <summary>Takes in every subset of the service that is defined, since a caller may ask for one that no rule names.</summary>
    public void FindSubsets(ServiceModel service)
    {
        foreach (var subset in destinationRules.Find(service.Name, service.Namespace)?.SubsetNames ?? [])
        {
            Find(service, subset, 0, out _);
        }
    }

    private Answer Create(ServiceModel service, string? subset, int port)
    {
        if (service.Discovery == DiscoveryKind.None)
        {
            return new(subset, port, [], $"{service.Name} has no endpoints: its discovery is None");
        }

        if (port != 0 && service.Ports.Length > 0 && Declared(service, port).Length == 0)
        {
            var undeclared = $"{service.Name} has no port {port}; it declares {PortList(service)}";
            return new(subset, port, [], undeclared);
        }

        var rule = destinationRules.Find(service.Name, service.Namespace);
        var definition = subset is null ? null : rule?.FindSubset(subset);
        if (subset is not null && definition is null)
        {
            return new(subset, port, [], rule is null
                ? $"subset {subset} of {service.Name} is not defined: no DestinationRule applies to that host"
                : $"subset {subset} of {service.Name} is not defined: {rule.Resources} defines {SubsetList(rule)}");
        }

        var labels = definition is { Labels.Count: > 0 } && !service.IsOriginalDestination
            ? _labels.Get(definition.Labels)
            : FrozenDictionary<string, string>.Empty;
        var refusal = Refusal(service, labels);
        var ports = PortsOf(service, port, rule);
        var clusters = new ClusterModel[ports.Length];
        for (var i = 0; i < clusters.Length; i++)
        {
            var number = ports[i]?.Number ?? 0;
            var policy = rule?.Policy(subset, number, service, configuration.Workload) ?? ClusterPolicy.Default;
            clusters[i] = GetOrAdd(
                new(service.Name, number, subset), service, ports[i], labels, policy.Refusal is null && refusal is not null ? policy with { Refusal = refusal } : policy);
        }

        return new(subset, port, clusters, null);
    }

    /// <summary>What is outside the mesh has no sidecar that could ask for mutual TLS.</summary>
    private string? Refusal(ServiceModel service, FrozenDictionary<string, string> subsetLabels)
    {
        if (_securityPolicies.Count == 0 || service.External)
        {
            return null;
        }

        // Of endpoints that discovery will find, no more is known than what the subset takes.
        IReadOnlyDictionary<string, string>[] workloads = service.Discovery == DiscoveryKind.Static || service.Endpoints.Count > 0
            ? [.. service.Endpoints.Where(endpoint => endpoint.Carries(subsetLabels)).Select(endpoint => endpoint.Labels)]
            : [subsetLabels];
        return UnbuiltSecurity.OutgoingRefusal(_securityPolicies, service.Namespace, configuration.RootNamespace, workloads);
    }

    /// <summary>A null port is that of the caller, but for those that a policy speaks of.</summary>
    private static ReadOnlySpan<PortModel?> PortsOf(ServiceModel service, int port, MergedDestinationRule? rule)
    {
        if (service.Ports.Length == 0)
        {
            return port != 0
                ? (PortModel?[])[new PortModel(port, null, port)]
                : (PortModel?[])[null, .. rule?.Ports.Select(number => new PortModel(number, null, number)) ?? []];
        }

        return port == 0 ? service.Ports : Declared(service, port);
    }

    private static ReadOnlySpan<PortModel> Declared(ServiceModel service, int port)
    {
        for (var i = 0; i < service.Ports.Length; i++)
        {
            if (service.Ports[i].Number == port)
            {
                return service.Ports.AsSpan(i, 1);
            }
        }

        return [];
    }

    private ClusterModel GetOrAdd(
        ClusterKey key, ServiceModel service, PortModel? port, FrozenDictionary<string, string> labels, ClusterPolicy policy)
    {
        if (!_clusters.TryGetValue(key, out var cluster))
        {
            cluster = new() { Key = key, Service = service, Port = port, SubsetLabels = labels, Policy = policy };
            _clusters.Add(key, cluster);
            _reachable.Add(cluster);
        }

        return cluster;
    }

    private static string PortList(ServiceModel service)
        => string.Join(", ", service.Ports.Select(port => port.Number.ToString(CultureInfo.InvariantCulture)));

    private static string SubsetList(MergedDestinationRule rule)
        => rule.SubsetNames.Count == 0 ? "no subsets" : string.Join(", ", rule.SubsetNames);

    private sealed record Answer(string? Subset, int Port, ClusterModel[] Clusters, string? Missing);
}
