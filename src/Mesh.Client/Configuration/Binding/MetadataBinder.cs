using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Who a resource is: from <c>metadata</c>, or from the key of a map in the Mesh section.</summary>
internal static class MetadataBinder
{
    public const string ExtensionAnnotation = "mesh-client/x-mesh";

    /// <summary>The metadata of a Kubernetes object; null and a finding where it has no name.</summary>
    public static ResourceMetadata? Bind(FieldReader resource, string kind)
    {
        var findings = resource.Findings;
        if (resource.Object("metadata") is not { } fields)
        {
            if (!resource.Has("metadata"))
            {
                findings.Error(FindingCodes.MissingField, resource.Node, "'metadata' is missing: the resource has no name.", "Write metadata: { name: ... }.");
            }

            return null;
        }

        var name = fields.RequiredText("name");
        var space = fields.Text("namespace") ?? "";
        // What the API server keeps in an object beside these says nothing about calls.
        fields.Skip("uid", "resourceVersion", "generation", "managedFields", "finalizers", "ownerReferences", "generateName", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds");
        var metadata = Common(fields, new ResourceMetadata { Kind = kind, Name = name ?? "", Namespace = space });
        CheckName(name, fields.Take("name"), findings);
        if (space.Length > 0 && !DnsName.IsLabel(space))
        {
            findings.Error(FindingCodes.BadName, fields.Take("namespace")!,
                $"{FindingSink.Quote(space)} cannot be a namespace: {DnsName.LabelRule}.");
        }

        return name is null ? null : metadata;
    }

    /// <summary>The metadata of an entry of a map: its key is <c>name</c> or <c>namespace/name</c>.</summary>
    public static ResourceMetadata BindKey(string key, string kind, FieldReader entry)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var (space, name) = slash < 0 ? ("", key) : (key[..slash], key[(slash + 1)..]);
        if (slash >= 0 && !DnsName.IsLabel(space))
        {
            entry.Findings.Error(FindingCodes.BadName, entry.Node,
                $"{FindingSink.Quote(space)} cannot be a namespace: {DnsName.LabelRule}.", "A key is name, or namespace/name.");
        }

        CheckName(name, entry.Node, entry.Findings);
        var metadata = new ResourceMetadata { Kind = kind, Name = name, Namespace = space };
        return entry.Object("metadata") is { } fields ? Common(fields, metadata) : metadata;
    }

    private static ResourceMetadata Common(FieldReader fields, ResourceMetadata metadata)
    {
        var labels = fields.Has("labels") && fields.Take("labels")!.Kind == NodeKind.Null ? ResourceLabels.None
            : fields.TextMap("labels", LabelSyntax.Check);
        var annotations = fields.Has("annotations") && fields.Take("annotations")!.Kind == NodeKind.Null ? ResourceLabels.None
            : fields.TextMap("annotations");
        var suppression = Suppression.Of(annotations);
        fields.Findings.Suppression = suppression;
        if (suppression is not null)
        {
            Suppression.Check(fields.Take("annotations")!, fields.Findings);
        }

        if (annotations.ContainsKey(ExtensionAnnotation) && !ExtensionBinder.IsBuiltFor(metadata.Kind))
        {
            fields.Findings.Warning(FindingCodes.UnbuiltField, fields.Take("annotations")!,
                $"the annotation '{ExtensionAnnotation}' is not built yet for this kind and has no effect.");
        }

        var created = Timestamp(fields.Take("creationTimestamp"), fields.Findings);
        fields.Finish();
        return metadata with { Labels = labels, Annotations = annotations, Suppression = suppression, CreationTimestamp = created };
    }

    /// <summary>Null is what Kubernetes' own tools write for an object that was never stored.</summary>
    private static DateTimeOffset? Timestamp(ConfigurationNode? node, FindingSink findings)
    {
        if (node is null or { Kind: NodeKind.Null } || ScalarReader.Text(node, findings) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        findings.Error(FindingCodes.BadTimestamp, node, $"{FindingSink.Quote(text)} is not a time; write it as 2026-01-31T12:00:00Z.");
        return null;
    }

    private static void CheckName(string? name, ConfigurationNode? at, FindingSink findings)
    {
        if (name is not null && at is not null && !DnsName.IsSubdomain(name))
        {
            findings.Error(FindingCodes.BadName, at, $"{FindingSink.Quote(name)} cannot be a name: lower-case letters, digits, '-' and '.' are allowed.");
        }
    }

    private static class ResourceLabels
    {
        public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();
    }
}
