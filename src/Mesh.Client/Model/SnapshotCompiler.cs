using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>A checked configuration to a snapshot. Pure and total: it never fails on what validation accepted.</summary>
internal static class SnapshotCompiler
{
    /// <param name="configuration">What was written.</param>
    /// <param name="version">The number of the snapshot.</param>
    /// <param name="previous">The snapshot that this one replaces: what is the same in both and costs to make is taken over from it.</param>
    public static MeshSnapshot Compile(MeshConfiguration configuration, long version, MeshSnapshot? previous = null)
    {
        var seen = Visibility.Of(configuration);
        var sidecar = SidecarChoice.Find(configuration);
        var scope = SidecarScope.Of(sidecar, configuration);
        var matches = new MatchCompiler(seen, previous);
        var services = new ServiceTable(seen, scope, previous);
        var destinationRules = new DestinationRuleTable(seen);
        var clusters = new ClusterTable(destinationRules, seen);
        var (hosts, wildcards) = new HostCompiler(seen, services, clusters, matches, scope).Compile();
        return new()
        {
            Version = version,
            Configuration = configuration,
            Hosts = hosts,
            Wildcards = wildcards,
            PassThrough =
            [
                .. services.Wildcards
                    .Select(wildcard => PassThrough(wildcard.Key, wildcard.Value, scope, destinationRules)).OfType<PassThroughHost>(),
            ],
            OutboundTrafficPolicy = sidecar?.OutboundTrafficPolicy ?? configuration.OutboundTrafficPolicy,
            OutboundTrafficPolicyPlace = sidecar?.OutboundTrafficPolicy is null
                ? "Mesh:OutboundTrafficPolicy:Mode"
                : $"outboundTrafficPolicy.mode of {sidecar.Metadata}",
            Clusters = clusters.Reachable,
            ClustersByKey = clusters.ByKey,
            Patterns = matches.Patterns,
        };
    }

    /// <summary>Null where no call sees the wildcard.</summary>
    private static PassThroughHost? PassThrough(string suffix, ServiceEntryGroup group, SidecarScope? scope, DestinationRuleTable destinationRules)
    {
        var (ports, @namespace) = (ServiceEntryReader.Ports(group), group.Oldest.Metadata.Namespace);
        return (scope is null ? ports : scope.PortsOf(@namespace, $"*{suffix}", ports)) is { } seen
            ? new(suffix, seen, destinationRules.WildcardRefusal($"*{suffix}", @namespace))
            : null;
    }
}
