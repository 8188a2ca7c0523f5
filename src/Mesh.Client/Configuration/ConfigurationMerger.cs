namespace Mesh.Client.Configuration;

/// <summary>Combines accepted documents into one configuration and checks what only shows across documents.</summary>
internal static class ConfigurationMerger
{
    /// <summary>Later documents win where two define the same object or setting, with a finding that names both. What is a fallback goes after
    /// all that is written, and nobody is told.</summary>
    /// <param name="documents">In the order of their sources.</param>
    /// <param name="environment">Reads an environment variable; null: there are none.</param>
    public static (MeshConfiguration Configuration, IReadOnlyList<MeshFinding> Findings) Merge(
        IReadOnlyList<LoadedDocument> documents, Func<string, string?>? environment = null)
    {
        var findings = new List<MeshFinding>();
        if (documents.Any(document => document.IsFallback))
        {
            documents = [.. documents.OrderBy(document => !document.IsFallback)];
        }

        var settings = MergeSettings(documents, findings);
        settings = settings with { Workload = Complete(settings.Workload, documents, environment ?? (static _ => null), findings) };
        List<T> Merge<T>(Func<MeshConfiguration, IReadOnlyList<T>> select)
            where T : ResourceConfiguration
            => MergeResources(documents, select, settings.Namespace, findings);

        var configuration = settings with
        {
            Services = Merge(document => document.Services),
            VirtualServices = Merge(document => document.VirtualServices),
            DestinationRules = Merge(document => document.DestinationRules),
            ServiceEntries = Merge(document => document.ServiceEntries),
            WorkloadEntries = Merge(document => document.WorkloadEntries),
            Sidecars = Merge(document => document.Sidecars),
            GatewayRoutes = Merge(document => document.GatewayRoutes),
            Gateways = Merge(document => document.Gateways),
            UnbuiltSecurityPolicies = Merge(document => document.UnbuiltSecurityPolicies),
        };
        var sink = new FindingSink("", findings);
        configuration = configuration with
        {
            VirtualServices = DelegateExpander.Expand(configuration.VirtualServices, configuration.Domain, sink),
        };
        var seen = Visibility.Of(configuration);
        new ReferenceChecker(seen, sink).Check();
        new RegistryChecker(seen, sink).Check();
        new DestinationRuleChecker(seen, sink).Check();
        new SidecarChecker(seen, sink).Check();
        new GatewayRouteChecker(seen, sink).Check();
        return (configuration, findings);
    }

    private static MeshConfiguration MergeSettings(IReadOnlyList<LoadedDocument> documents, List<MeshFinding> findings)
    {
        var merged = new MeshConfiguration();
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var document in documents)
        {
            foreach (var setting in document.Settings)
            {
                if (document.IsFallback)
                {
                    // That of the workload is told field by field, once all is known that is written.
                    merged = setting == nameof(MeshConfiguration.Workload) ? merged : With(merged, document.Configuration, setting);
                    continue;
                }

                if (owners.TryGetValue(setting, out var earlier) && !IsSame(merged, document.Configuration, setting))
                {
                    findings.Add(new MeshFinding
                    {
                        Code = FindingCodes.ReplacedSetting,
                        Severity = MeshFindingSeverity.Warning,
                        Resource = "",
                        Path = $"Mesh:{setting}",
                        Message = $"'{setting}' is set by {earlier} and by {document.Name}; the later one, {document.Name}, is used.",
                        Source = document.Name,
                        Fix = "Set it in one place.",
                    });
                }

                owners[setting] = document.Name;
                merged = With(merged, document.Configuration, setting);
            }
        }

        return merged;
    }

    /// <summary>What is written of the workload, completed by the fallbacks; its place by the environment first.</summary>
    private static WorkloadConfiguration Complete(
        WorkloadConfiguration workload, IReadOnlyList<LoadedDocument> documents, Func<string, string?> environment, List<MeshFinding> findings)
    {
        var fallback = documents.LastOrDefault(document => document.IsFallback && document.Settings.Contains(nameof(MeshConfiguration.Workload)))?.Configuration.Workload;
        if (fallback is null)
        {
            return WorkloadPlace.Complete(workload, environment, findings);
        }

        workload = workload with { Name = workload.Name ?? fallback.Name, Labels = workload.Labels.Count > 0 ? workload.Labels : fallback.Labels };
        workload = WorkloadPlace.Complete(workload, environment, findings);
        return workload with { Locality = workload.Locality ?? fallback.Locality };
    }

    private static MeshConfiguration With(MeshConfiguration merged, MeshConfiguration from, string setting) => setting switch
    {
        nameof(MeshConfiguration.Namespace) => merged with { Namespace = from.Namespace },
        nameof(MeshConfiguration.RootNamespace) => merged with { RootNamespace = from.RootNamespace },
        nameof(MeshConfiguration.Domain) => merged with { Domain = from.Domain },
        nameof(MeshConfiguration.Workload) => merged with { Workload = from.Workload },
        nameof(MeshConfiguration.OutboundTrafficPolicy) => merged with { OutboundTrafficPolicy = from.OutboundTrafficPolicy },
        nameof(MeshConfiguration.DefaultDiscovery) => merged with { DefaultDiscovery = from.DefaultDiscovery },
        nameof(MeshConfiguration.Seed) => merged with { Seed = from.Seed },
        nameof(MeshConfiguration.Propagation) => merged with { Propagation = from.Propagation },
        nameof(MeshConfiguration.State) => merged with { State = from.State },
        nameof(MeshConfiguration.Dns) => merged with { Dns = from.Dns },
        ExtensionBlock.Field => merged with { Extension = from.Extension },
        _ => throw new ArgumentOutOfRangeException(nameof(setting), setting, "The merger does not know this setting of MeshConfiguration."),
    };

    /// <summary>The same scalar twice is no conflict worth a line; blocks are compared by nobody and always told.</summary>
    private static bool IsSame(MeshConfiguration merged, MeshConfiguration from, string setting) => With(merged, from, setting) == merged;

    private static List<T> MergeResources<T>(
        IReadOnlyList<LoadedDocument> documents,
        Func<MeshConfiguration, IReadOnlyList<T>> select,
        string meshNamespace,
        List<MeshFinding> findings)
        where T : ResourceConfiguration
    {
        var count = documents.Sum(document => select(document.Configuration).Count);
        var merged = new List<T>(count);
        var places = new Dictionary<(string Kind, string Namespace, string Name), int>(count);
        var fallbacks = new HashSet<int>();
        foreach (var document in documents)
        {
            var sink = new FindingSink(document.Name, findings);
            foreach (var written in select(document.Configuration))
            {
                var metadata = written.Metadata;
                metadata = metadata.Namespace.Length > 0 ? metadata : metadata with { Namespace = meshNamespace };
                var resource = written with { Metadata = metadata };
                if (places.TryAdd((metadata.Kind, metadata.Namespace, metadata.Name), merged.Count))
                {
                    if (document.IsFallback)
                    {
                        fallbacks.Add(merged.Count);
                    }

                    merged.Add(resource);
                    continue;
                }

                var place = places[(metadata.Kind, metadata.Namespace, metadata.Name)];
                if (!fallbacks.Remove(place))
                {
                    sink.About(metadata);
                    sink.Warning(FindingCodes.ReplacedResource, written.Node,
                        $"the same object is written at {Place(merged[place].Node)} and at {Place(written.Node)}; the later one is used.", "Remove or rename one of them.");
                }

                merged[place] = resource;
            }
        }

        return merged;
    }

    private static string Place(ConfigurationNode node)
        => node.Position.Line > 0 ? $"{node.Position.Source}({node.Position.Line})" : $"{node.Position.Source} {node.Path}";
}
