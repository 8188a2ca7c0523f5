namespace Mesh.Client.Configuration;

/// <summary>The resources of <c>security.istio.io</c>: whom they are for and whether they ask for more than plaintext. Nothing of them is
/// enforced; what they protect is refused.</summary>
internal static class SecurityPolicyBinder
{
    private static readonly KeyValuePair<string, SecurityDemand>[] Modes =
    [
        new("UNSET", SecurityDemand.Inherited), new("DISABLE", SecurityDemand.Plaintext), new("PERMISSIVE", SecurityDemand.Plaintext),
        new("STRICT", SecurityDemand.MutualTls),
    ];

    public static UnbuiltSecurityPolicy Bind(string kind, FieldReader fields, ResourceMetadata metadata)
    {
        var policy = new UnbuiltSecurityPolicy
        {
            Node = fields.Node,
            Metadata = metadata,
            Selector = Selector(fields),
            Demand = kind switch
            {
                "AuthorizationPolicy" => SecurityDemand.Authorization,
                "RequestAuthentication" => SecurityDemand.CheckedTokens,
                _ => PeerDemand(fields),
            },
        };
        // A policy for a gateway or a Service is kept for its whole namespace: which workloads are behind those is not known here.
        if (kind is not "PeerAuthentication")
        {
            fields.Check("targetRef", UnbuiltBlocks.TargetRef);
            fields.Check("targetRefs", ValueChecks.ListOf(UnbuiltBlocks.TargetRef));
        }

        switch (kind)
        {
            case "AuthorizationPolicy":
                fields.Check("action", ValueChecks.Choice("ALLOW", "DENY", "AUDIT", "CUSTOM"));
                fields.Check("rules", UnbuiltBlocks.AuthorizationRules);
                fields.Check("provider", ValueChecks.Fields(("name", ValueChecks.Text)));
                break;
            case "RequestAuthentication":
                fields.Check("jwtRules", UnbuiltBlocks.JwtRules);
                break;
        }

        fields.Finish();
        Report(kind, policy.Demand, fields);
        return policy;
    }

    private static IReadOnlyDictionary<string, string> Selector(FieldReader fields)
    {
        if (Written(fields, "selector") is not { } selector)
        {
            return new Dictionary<string, string>();
        }

        var labels = selector.TextMap("matchLabels", LabelSyntax.Check);
        selector.Finish();
        return labels;
    }

    /// <summary>A port that asks for mutual TLS asks for all: which port of which endpoint a call reaches is not known when it is routed.</summary>
    private static SecurityDemand PeerDemand(FieldReader fields)
    {
        var demand = Mode(Written(fields, "mtls"));
        if (Written(fields, "portLevelMtls") is { } ports)
        {
            // Not by name: each look-up walks them all.
            foreach (var (_, settings) in ports.Node.Properties)
            {
                var mode = settings.Kind == NodeKind.Null ? null : FieldReader.Open(settings, fields.Findings);
                demand = Mode(mode) == SecurityDemand.MutualTls ? SecurityDemand.MutualTls : demand;
            }
        }

        return demand;
    }

    private static SecurityDemand Mode(FieldReader? fields)
    {
        var mode = fields?.Choice("mode", Modes) ?? SecurityDemand.Inherited;
        fields?.Finish();
        return mode;
    }

    /// <summary>An object; null counts as not written, as it does on the API server.</summary>
    private static FieldReader? Written(FieldReader fields, string name) => fields.Take(name) is { Kind: NodeKind.Null } ? null : fields.Object(name);

    private static void Report(string kind, SecurityDemand demand, FieldReader fields)
    {
        var findings = fields.Findings;
        switch (demand)
        {
            case SecurityDemand.Authorization:
                findings.Security(fields.Node, "an AuthorizationPolicy is not built yet in this version; where it applies to this process, UseMesh() answers every request 503, never unchecked.",
                    "Enforce it elsewhere until it is, and remove it here.");
                break;
            case SecurityDemand.CheckedTokens:
                findings.Security(fields.Node, "a RequestAuthentication is not built yet in this version; where it applies to this process, UseMesh() answers every request 503, never unchecked.",
                    "Check tokens in the application until it is, and remove it here.");
                break;
            case SecurityDemand.MutualTls:
                findings.Security(fields.Node, "a PeerAuthentication with mode STRICT is not built yet in this version; calls to the workloads it applies to are answered 503, never sent in plaintext, and where it applies to this process UseMesh() answers every request 503.",
                    "Remove it here, or use mode PERMISSIVE, where plaintext is what you accept.");
                break;
            default:
                findings.Warning(FindingCodes.UnbuiltResource, fields.Node,
                    $"a {kind} is not built yet in this version; calls are sent in plaintext unless the caller's address says https.");
                break;
        }
    }
}
