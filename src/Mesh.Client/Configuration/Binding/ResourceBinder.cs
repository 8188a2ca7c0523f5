namespace Mesh.Client.Configuration;

/// <summary>Kubernetes objects: one, a list of them, or an object of kind <c>List</c>.</summary>
internal static class ResourceBinder
{
    // Lists inside lists are legal, and nobody writes them deeper.
    private const int DeepestList = 4;

    public static void Bind(ConfigurationNode node, DocumentContent content, FindingSink findings, int depth = 0)
    {
        findings.Resource = "";
        if (node.Kind == NodeKind.Sequence && depth < DeepestList)
        {
            BindAll(node.Items, content, findings, depth);
            return;
        }

        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return;
        }

        var version = fields.RequiredText("apiVersion");
        var kind = fields.RequiredText("kind");
        if (version is null || kind is null)
        {
            return;
        }

        if (kind.EndsWith("List", StringComparison.Ordinal) && fields.Take("items") is { } items)
        {
            if (items.Kind != NodeKind.Sequence || depth >= DeepestList)
            {
                ScalarReader.WrongType(items, "a list of resources", findings);
                return;
            }

            BindAll(items.Items, content, findings, depth);
            return;
        }

        BindOne(version, kind, fields, content);
        findings.Resource = "";
    }

    private static void BindAll(List<ConfigurationNode> items, DocumentContent content, FindingSink findings, int depth)
    {
        foreach (var item in items)
        {
            Bind(item, content, findings, depth + 1);
        }
    }

    private static void BindOne(string apiVersion, string kind, FieldReader fields, DocumentContent content)
    {
        var findings = fields.Findings;
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
        if (!ResourceKinds.IsMeshGroup(group) || (group == ResourceKinds.GatewayApi && !ResourceKinds.InGroup(group).Contains(kind)))
        {
            ReportOther(apiVersion, group, kind, fields);
            return;
        }

        var versions = ResourceKinds.VersionsOf(group, kind);
        if (!versions.Contains(version))
        {
            var isGatewayApi = group == ResourceKinds.GatewayApi;
            findings.Error(FindingCodes.UnknownKind, fields.Take("apiVersion")!,
                $"{FindingSink.Quote(apiVersion)} is no API version of {(isGatewayApi ? $"{kind} that is read here" : "Istio")}.",
                isGatewayApi ? $"Write {group}/{versions[0]}, or {string.Join(" or ", versions.Skip(1))}." : "Write networking.istio.io/v1, or v1beta1 or v1alpha3; security.istio.io/v1 for security.");
            return;
        }

        var kinds = ResourceKinds.InGroup(group).ToList();
        if (!kinds.Contains(kind))
        {
            ReportUnknownKind(kind, group, kinds, fields);
            return;
        }

        if (MetadataBinder.Bind(fields, kind) is not { } metadata)
        {
            return;
        }

        findings.About(metadata);
        var extension = ExtensionBinder.Take(fields, kind);
        // Written by the cluster, not by people.
        fields.Skip("status");
        var spec = fields.Take("spec");
        fields.Finish();
        if (spec is not null)
        {
            if (FieldReader.Open(spec, findings) is { } specFields)
            {
                ResourceKinds.Bind(kind, specFields, metadata, extension, content);
            }
        }
        else if (kind is "VirtualService" or "DestinationRule" or "ServiceEntry" or "WorkloadEntry" or GatewayRouteConfiguration.Http or GatewayRouteConfiguration.Grpc)
        {
            findings.Error(FindingCodes.MissingField, fields.Node, "'spec' is missing: the resource says nothing.");
        }
        else
        {
            ResourceKinds.Bind(kind, fields, metadata, extension, content);
        }
    }

    private static void ReportOther(string apiVersion, string group, string kind, FieldReader fields)
    {
        if (group == ResourceKinds.GatewayApi)
        {
            ReportOfGatewayApi(kind, fields);
            return;
        }

        // What is all but one of Istio's is a misspelling, and its rules would be missed.
        var nearest = NearestName.Find(group, ResourceKinds.MeshGroups);
        if (ResourceKinds.GroupOf(kind) is { } own && (group.Length == 0 || nearest == own))
        {
            fields.Findings.Error(FindingCodes.UnknownKind, fields.Take("apiVersion")!,
                $"{FindingSink.Quote(apiVersion)} is no API version of {(own == ResourceKinds.GatewayApi ? "the Gateway API" : "Istio")}.", $"Did you mean '{own}/v1'?");
            return;
        }

        var message = $"{FindingSink.Quote(kind)} of {FindingSink.Quote(apiVersion)} is no rule of the mesh and is passed over.";
        if (group.EndsWith(".istio.io", StringComparison.Ordinal))
        {
            fields.Findings.Warning(FindingCodes.NotMeshResource, fields.Node, message, $"Rules are read from {string.Join(", ", ResourceKinds.MeshGroups)}.");
            return;
        }

        fields.Findings.Info(FindingCodes.NotMeshResource, fields.Node, message);
    }

    /// <summary>Most of its kinds are about gateways; one that is all but a route is a misspelling.</summary>
    private static void ReportOfGatewayApi(string kind, FieldReader fields)
    {
        var routes = new[] { GatewayRouteConfiguration.Http, GatewayRouteConfiguration.Grpc };
        if (Array.Find(routes, route => string.Equals(route, kind, StringComparison.OrdinalIgnoreCase)) is { } nearest)
        {
            fields.Findings.Error(FindingCodes.UnknownKind, fields.Take("kind")!, $"{FindingSink.Quote(kind)} is no kind of {ResourceKinds.GatewayApi}.", $"Did you mean '{nearest}'?");
            return;
        }

        fields.Findings.Warning(FindingCodes.UnbuiltResource, fields.Node,
            $"{FindingSink.Quote(kind)} of the Gateway API is not built yet in this version; it has no effect.", "For calls between services write an HTTPRoute or a GRPCRoute that is attached to a Service.");
    }

    /// <summary>A kind that a later Istio may have is passed over; one that is all but a known one is a misspelling, and its rules would be missed.</summary>
    private static void ReportUnknownKind(string kind, string group, List<string> kinds, FieldReader fields)
    {
        var nearest = NearestName.Find(kind, kinds);
        var message = $"{FindingSink.Quote(kind)} is no kind of {group}; known are {string.Join(", ", kinds)}";
        if (nearest is not null)
        {
            fields.Findings.Error(FindingCodes.UnknownKind, fields.Take("kind")!, $"{message}.", $"Did you mean '{nearest}'?");
        }
        else if (ResourceKinds.GroupOf(kind) is { } own)
        {
            fields.Findings.Error(FindingCodes.UnknownKind, fields.Take("kind")!, $"{message}.", $"Write apiVersion: {own}/v1.");
        }
        else
        {
            fields.Findings.Warning(FindingCodes.NotMeshResource, fields.Take("kind")!, $"{message}; it is passed over.");
        }
    }
}
