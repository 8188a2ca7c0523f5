namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh</c> of a DestinationRule: <c>trafficPolicy</c>, and <c>subsets</c> by name with the same in each.</summary>
internal static class ExtensionBinder
{
    private static readonly KeyValuePair<string, LoadBalancerPolicy>[] Policies =
    [
        new("LEAST_REQUEST", LoadBalancerPolicy.LeastRequest), new("ROUND_ROBIN", LoadBalancerPolicy.RoundRobin), new("RANDOM", LoadBalancerPolicy.Random),
        new("PEAK_EWMA", LoadBalancerPolicy.PeakEwma), new("PREQUAL", LoadBalancerPolicy.Prequal),
    ];

    public static bool IsBuiltFor(string kind) => kind is "DestinationRule" or "VirtualService";

    /// <summary>The block of a resource, wherever it stands; null where there is none, and a finding where it has no effect.</summary>
    /// <param name="resource">What has <c>metadata</c>.</param>
    /// <param name="kind">Its kind.</param>
    public static ConfigurationNode? Take(FieldReader resource, string kind)
    {
        if (!IsBuiltFor(kind))
        {
            resource.NotBuilt(ExtensionBlock.Field, "it has no effect");
            return null;
        }

        var block = resource.Take(ExtensionBlock.Field);
        var annotation = resource.Take("metadata")?.Field("annotations")?.Find(MetadataBinder.ExtensionAnnotation);
        if (block is not null && annotation is not null)
        {
            resource.Findings.Error(FindingCodes.Conflict, annotation,
                $"'{ExtensionBlock.Field}' is written as a block too; only one could be used.", "Remove one of them.");
            return block;
        }

        return annotation is null ? block : ExtensionBlock.Read(annotation, resource.Findings);
    }

    /// <summary>The rule with what the block adds to its policy and to those of its subsets.</summary>
    public static DestinationRuleConfiguration Apply(ConfigurationNode block, DestinationRuleConfiguration rule, FindingSink findings)
    {
        if (FieldReader.Open(block, findings) is not { } fields)
        {
            return rule;
        }

        if (fields.Object("trafficPolicy") is { } policy)
        {
            rule = rule with { TrafficPolicy = (rule.TrafficPolicy ?? new()) with { Extension = Policy(policy) } };
        }

        if (fields.Take("subsets") is { } subsets)
        {
            rule = rule with { Subsets = Subsets(subsets, rule, findings) };
        }

        fields.Finish();
        return rule;
    }

    private static IReadOnlyList<SubsetConfiguration> Subsets(ConfigurationNode map, DestinationRuleConfiguration rule, FindingSink findings)
    {
        if (map.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(map, "a mapping from the name of a subset to an object", findings);
            return rule.Subsets;
        }

        var subsets = rule.Subsets.ToList();
        foreach (var (name, value) in map.Properties)
        {
            if (FieldReader.Open(value, findings) is not { } fields)
            {
                continue;
            }

            var extension = fields.Object("trafficPolicy") is { } policy ? Policy(policy) : null;
            fields.Finish();
            var index = subsets.FindIndex(subset => subset.Name == name);
            if (index < 0)
            {
                findings.Warning(FindingCodes.DanglingSubset, value,
                    $"the rule has no subset {FindingSink.Quote(name)}; what is written for it has no effect.",
                    subsets.Count == 0 ? "Define it in subsets." : $"It has {string.Join(", ", subsets.Select(subset => subset.Name))}.");
            }
            else if (extension is not null)
            {
                subsets[index] = subsets[index] with { TrafficPolicy = (subsets[index].TrafficPolicy ?? new()) with { Extension = extension } };
            }
        }

        return subsets;
    }

    private static PolicyExtension Policy(FieldReader fields)
    {
        var extension = new PolicyExtension
        {
            LoadBalancer = LoadBalancer(fields.Object("loadBalancer")),
            OutlierDetection = OutlierExtensionBinder.Bind(fields.Object("outlierDetection")),
            RetryBudget = RetryBudgetBinder.BindExtension(fields.Object("retryBudget")),
            HealthChecks = HealthCheckBinder.Bind(fields, "healthChecks"),
            Hedging = HedgingBinder.Bind(fields.Object("hedging")),
            CircuitBreaker = CircuitBreakerBinder.Bind(fields.Object("circuitBreaker")),
            AdaptiveConcurrency = AdaptiveConcurrencyBinder.Bind(fields.Object("adaptiveConcurrency")),
            ClientThrottling = ClientThrottlingBinder.Bind(fields.Object("clientThrottling")),
        };
        fields.Finish();
        return extension;
    }

    private static LoadBalancerExtension? LoadBalancer(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var extension = new LoadBalancerExtension
        {
            Policy = fields.Choice("policy", Policies),
            ChoiceCount = fields.Integer("choiceCount", LoadBalancerExtension.DefaultChoiceCount, LoadBalancerExtension.MaximumChoiceCount)
                ?? LoadBalancerExtension.DefaultChoiceCount,
            HashBalanceFactor = HashBalanceFactor(fields),
            SubsetSize = fields.Integer("subsetSize", LoadBalancerExtension.MinimumSubsetSize, int.MaxValue),
        };
        fields.Finish();
        return extension;
    }

    private static int HashBalanceFactor(FieldReader fields)
    {
        const string Name = "hashBalanceFactor";
        var factor = fields.Integer(Name, 0, int.MaxValue) ?? 0;
        if (factor is > 0 and < LoadBalancerExtension.MinimumHashBalanceFactor)
        {
            fields.Findings.Error(FindingCodes.OutOfRange, fields.Take(Name)!,
                $"with a limit of {FindingSink.Quote(fields.Take(Name)!.Text)} percent of the mean all endpoints together could not take all calls.", "Write 0 for no limit, or 100 or more.");
        }

        return factor;
    }
}
