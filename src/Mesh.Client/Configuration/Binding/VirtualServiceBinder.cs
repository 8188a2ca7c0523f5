namespace Mesh.Client.Configuration;

/// <summary>The spec of a VirtualService.</summary>
internal static class VirtualServiceBinder
{
    /// <summary>Null where the rule, though legal, does nothing for HTTP calls.</summary>
    public static VirtualServiceConfiguration? Bind(FieldReader fields, ResourceMetadata metadata, ConfigurationNode? extension)
    {
        var findings = fields.Findings;
        var gateways = fields.Take("gateways") is null ? null : fields.Texts("gateways");
        var rule = new VirtualServiceConfiguration
        {
            Node = fields.Node,
            Metadata = metadata,
            Hosts = fields.Texts("hosts"),
            Gateways = gateways is null or { Count: 0 } ? ["mesh"] : gateways,
            Http = [.. fields.Items("http").Select(item => HttpRouteBinder.Bind(item, findings)).OfType<HttpRouteConfiguration>()],
            ExportTo = ExportTo.Bind(fields),
        };
        if (extension is not null)
        {
            rule = RouteExtensionBinder.Apply(extension, rule, findings);
        }

        const string NoEffect = "it is about connections, not about HTTP calls, and has no effect";
        fields.NotBuilt("tcp", NoEffect, UnbuiltBlocks.TcpRoutes);
        fields.NotBuilt("tls", NoEffect, UnbuiltBlocks.TlsRoutes);
        var others = fields.Has("tcp") || fields.Has("tls");
        var hasHttp = fields.Take("http") is { Items.Count: > 0 };
        fields.Finish();
        if (!hasHttp)
        {
            if (!others && !fields.Node.IsMisspelt("http"))
            {
                findings.Error(FindingCodes.MissingField, fields.Take("http") ?? fields.Node, "there are no http rules.", "Write http: with at least one rule.");
            }

            return null;
        }

        if (rule.IsDelegate)
        {
            if (fields.Node.IsMisspelt("hosts"))
            {
                VirtualServiceValidator.CheckRules(rule, findings);
                return rule;
            }

            DelegateValidator.Check(rule, hasGateways: gateways is { Count: > 0 }, others, findings);
        }
        else
        {
            VirtualServiceValidator.Check(rule, findings);
        }

        return rule;
    }
}
