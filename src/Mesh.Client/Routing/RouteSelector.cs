using System.Net;
using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>First matching rule, then one weighted draw. No allocation on success.</summary>
internal static class RouteSelector
{
    public static RouteDecision Select(in HostMatch host, HttpRequestMessage request, MeshRandom random)
    {
        if (host.Host.RulesOf(host.Port) is not { } virtualService)
        {
            return SelectDefault(host);
        }

        var view = new RequestView(request, host.Port);
        if (RuleMatcher.Find(virtualService, ref view) is not { } rule)
        {
            return FailToMatch(virtualService, ref view);
        }

        if (rule.Refusal is not null)
        {
            return FailUndefined(rule, rule.Refusal);
        }

        if (rule.IsAnswer)
        {
            return new() { Rule = rule, Edits = rule.Edits };
        }

        return rule.OnlyCluster is { } only ? Decide(rule, only) : Follow(rule, Draw(rule, random), host.Port);
    }

    /// <summary>For a host without a VirtualService.</summary>
    public static RouteDecision SelectDefault(in HostMatch host)
        => FindCluster(host.Host.DefaultClusters, host.Port) is { } cluster
            ? Decide(null, cluster)
            : Fail(null, $"{host.Host.Name} has no endpoints: its discovery is None");

    /// <summary>For a request that no rule takes.</summary>
    public static RouteDecision FailToMatch(VirtualServiceModel virtualService, ref RequestView request)
    {
        var reason = $"no rule of {virtualService.Resource} matches {request.Method} {request.Path}";
        return new() { Failed = new(MeshResponseFlags.NoRoute, reason, HttpStatusCode.NotFound) };
    }

    /// <summary>Where a destination of the rule that was taken leads calls to a port.</summary>
    public static RouteDecision Follow(RouteRuleModel rule, RouteDestinationModel destination, int port)
        => FindCluster(destination.Clusters, port) is { } chosen
            ? Decide(rule, chosen, destination.Edits)
            : FailUndefined(rule, destination.Missing ?? UndeclaredPort(rule, destination.Clusters, port));

    /// <summary>A cluster whose security cannot be honoured is never handed out, so that nobody downstream can forget to ask.</summary>
    private static RouteDecision Decide(RouteRuleModel? rule, ClusterModel cluster, EditsModel? edits = null)
        => cluster.Refusal is { } refusal ? Fail(rule, refusal) : new() { Rule = rule, Cluster = cluster, Edits = edits };

    private static RouteDecision Fail(RouteRuleModel? rule, string reason)
        => new() { Rule = rule, Failed = new(MeshResponseFlags.NoCluster, reason) };

    private static RouteDecision FailUndefined(RouteRuleModel rule, string reason)
        => new() { Rule = rule, Failed = new(MeshResponseFlags.NoCluster, reason, (HttpStatusCode)rule.UndefinedStatus) };

    /// <summary>As Envoy draws: a number below the total, then down the list in its order.</summary>
    private static RouteDestinationModel Draw(RouteRuleModel rule, MeshRandom random)
    {
        var destinations = rule.Destinations;
        var last = destinations.Length - 1;
        if (last == 0)
        {
            return destinations[0];
        }

        var drawn = random.Next(rule.TotalWeight);
        for (var i = 0; i < last; i++)
        {
            drawn -= destinations[i].Weight;
            if (drawn < 0)
            {
                return destinations[i];
            }
        }

        return destinations[last];
    }

    /// <summary>The cluster of the port that is called, else the one for every port, or the only one.</summary>
    public static ClusterModel? FindCluster(ClusterModel[] clusters, int port)
    {
        if (clusters.Length == 1)
        {
            return clusters[0];
        }

        ClusterModel? any = null;
        for (var i = 0; i < clusters.Length; i++)
        {
            var number = clusters[i].Key.Port;
            if (number == port)
            {
                return clusters[i];
            }

            any = number == 0 ? clusters[i] : any;
        }

        return any;
    }

    private static string UndeclaredPort(RouteRuleModel rule, ClusterModel[] clusters, int port)
    {
        var declared = string.Join(", ", clusters.Select(cluster => cluster.Key.Port));
        return $"{rule.Name}: {clusters[0].Key.Service} has no port {port}, the one that is called; it declares {declared}";
    }
}
