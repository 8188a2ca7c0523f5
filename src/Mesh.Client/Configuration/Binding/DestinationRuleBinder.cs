namespace Mesh.Client.Configuration;

/// <summary>The spec of a DestinationRule.</summary>
internal static class DestinationRuleBinder
{
    public static DestinationRuleConfiguration? Bind(FieldReader fields, ResourceMetadata metadata, ConfigurationNode? extension)
    {
        var findings = fields.Findings;
        var host = fields.RequiredText("host");
        var policy = TrafficPolicyBinder.Bind(fields.Object("trafficPolicy"));
        var subsets = fields.Items("subsets").Select(item => Subset(item, policy, findings)).OfType<SubsetConfiguration>().ToList();
        var selector = WorkloadSelector.Bind(fields.Object("workloadSelector"), "matchLabels");
        var exportTo = ExportTo.Bind(fields);
        fields.Finish();
        if (selector is not null && exportTo.Any(name => name != "." && (name == "*" || (metadata.Namespace.Length > 0 && name != metadata.Namespace))))
        {
            findings.Error(FindingCodes.BadExportTo, fields.Take("exportTo")!, "a rule with a workloadSelector holds in its own namespace alone.", "Write exportTo: [ \".\" ], or remove it.");
        }

        if (host is null)
        {
            return null;
        }

        if (HostName.FindError(host, allowsWildcard: true) is { } error)
        {
            findings.Error(FindingCodes.BadHost, fields.Take("host")!, $"{FindingSink.Quote(host)} cannot be a host: {error}.");
        }

        SubsetsValidator.Check(subsets, findings);
        var rule = new DestinationRuleConfiguration
        {
            Node = fields.Node,
            Metadata = metadata,
            Host = host,
            TrafficPolicy = policy,
            Subsets = subsets,
            WorkloadSelector = selector,
            ExportTo = exportTo,
        };
        return extension is null ? rule : ExtensionBinder.Apply(extension, rule, findings);
    }

    private static SubsetConfiguration? Subset(ConfigurationNode node, TrafficPolicyConfiguration? wider, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var name = fields.RequiredText("name");
        var labels = fields.TextMap("labels", LabelSyntax.Check);
        var policy = TrafficPolicyBinder.Bind(fields.Object("trafficPolicy"), wider);
        fields.Finish();
        return name is null ? null : new SubsetConfiguration { Node = node, Name = name, Labels = labels, TrafficPolicy = policy };
    }
}
