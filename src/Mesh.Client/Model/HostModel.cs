using System.Collections.Concurrent;

namespace Mesh.Client.Model;

/// <summary>What a host name stands for: the service behind it, if any, and the VirtualService that rules it, if any.</summary>
internal sealed class HostModel
{
    private ConcurrentDictionary<string, string>? _spanNames;

    /// <summary>The fully qualified name for known services, else the name as the rule wrote it.</summary>
    public required string Name { get; init; }

    /// <summary>Null for a wildcard, and where only a rule names the host and <c>Mesh:DefaultDiscovery</c> is None.</summary>
    public ServiceModel? Service
    {
        get;
        init => (field, Ports) = (value, value?.Ports ?? []);
    }

    /// <summary>Those of <see cref="Service"/> that calls from here see, at hand since every call looks at them; empty: any.</summary>
    public PortModel[] Ports { get; init; } = [];

    /// <summary>Null: the service has defaults only, but for <see cref="PortRules"/>.</summary>
    public VirtualServiceModel? VirtualService { get; init; }

    /// <summary>Ports that have other rules than <see cref="VirtualService"/>: routes of the Gateway API may be attached to single ports.</summary>
    public PortRulesModel[] PortRules { get; init; } = [];

    /// <summary>The clusters used where no VirtualService applies, one per declared port; for a service that declares no ports one with port 0.</summary>
    public ClusterModel[] DefaultClusters { get; init; } = [];

    /// <summary>Captured headers, baggage and peer metadata may go there.</summary>
    public required bool ReceivesContext { get; init; }

    /// <summary>What rules calls to a port; null: the service has defaults only.</summary>
    public VirtualServiceModel? RulesOf(int port)
    {
        foreach (var rules in PortRules)
        {
            if (rules.Port == port)
            {
                return rules.Rules;
            }
        }

        return VirtualService;
    }

    /// <summary>The name of the spans of calls: the method and <see cref="Name"/>. Kept, as there are few.</summary>
    /// <param name="method">One of those that are known, not just what a caller wrote.</param>
    public string SpanName(string method)
        => (_spanNames ??= new(StringComparer.Ordinal)).GetOrAdd(method, static (method, host) => string.Concat(method, " ", host), Name);
}
