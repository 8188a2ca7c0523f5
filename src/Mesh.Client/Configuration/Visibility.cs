namespace Mesh.Client.Configuration;

/// <summary>What of a configuration this process may see, by <c>exportTo</c> and by the selectors of rules.</summary>
internal static class Visibility
{
    /// <summary>The same object where everything is seen.</summary>
    public static MeshConfiguration Of(MeshConfiguration configuration)
    {
        var entries = Keep(configuration.ServiceEntries, entry => ExportTo.Reaches(entry.ExportTo, entry.Metadata.Namespace, configuration.Namespace));
        var virtualServices = Keep(configuration.VirtualServices, rule => ExportTo.Reaches(rule.ExportTo, rule.Metadata.Namespace, configuration.Namespace));
        var destinationRules = Keep(configuration.DestinationRules, rule => Sees(rule, configuration));
        return ReferenceEquals(entries, configuration.ServiceEntries) && ReferenceEquals(virtualServices, configuration.VirtualServices)
            && ReferenceEquals(destinationRules, configuration.DestinationRules)
            ? configuration
            : configuration with { ServiceEntries = entries, VirtualServices = virtualServices, DestinationRules = destinationRules };
    }

    /// <summary>A rule with a selector is for workloads of its own namespace, whatever it is exported to.</summary>
    private static bool Sees(DestinationRuleConfiguration rule, MeshConfiguration configuration)
        => rule.WorkloadSelector is { } selector
            ? rule.Metadata.Namespace == configuration.Namespace && selector.Selects(configuration.Workload.Labels)
            : ExportTo.Reaches(rule.ExportTo, rule.Metadata.Namespace, configuration.Namespace);

    private static IReadOnlyList<T> Keep<T>(IReadOnlyList<T> all, Func<T, bool> isSeen)
    {
        for (var index = 0; index < all.Count; index++)
        {
            if (!isSeen(all[index]))
            {
                return [.. all.Where(isSeen)];
            }
        }

        return all;
    }
}
