namespace Mesh.Client.Configuration;

/// <summary>Istio's resources to the tree of a file with a <c>Mesh</c> section. The resources were loaded before, so their shape is known to be
/// right.</summary>
internal sealed class IstioToSection
{
    private static readonly string[] KeptMetadata = ["labels", "annotations", "creationTimestamp"];

    private readonly ConfigurationNode _section;
    private readonly Dictionary<string, ConfigurationNode> _maps = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectName, ConfigurationNode> _written = [];

    public IstioToSection()
    {
        Root = ConfigurationNode.Root("", PathStyle.Colons, NodeKind.Mapping, null, SourcePosition.None);
        _section = Root.AddProperty("Mesh", NodeKind.Mapping, null, SourcePosition.None);
    }

    public ConfigurationNode Root { get; }

    public void Add(ConfigurationNode node, FieldSpellings spellings, FindingSink findings)
    {
        if (node.Kind == NodeKind.Sequence)
        {
            AddAll(node.Items, spellings, findings);
            return;
        }

        var kind = node.Field("kind")!.Text!;
        if (kind.EndsWith("List", StringComparison.Ordinal) && node.Field("items") is { } items)
        {
            AddAll(items.Items, spellings, findings);
            return;
        }

        AddOne(kind, node, new TreeCopier(spellings, findings, isForJson: true), findings);
        findings.Resource = "";
    }

    private void AddAll(List<ConfigurationNode> items, FieldSpellings spellings, FindingSink findings)
    {
        foreach (var item in items)
        {
            Add(item, spellings, findings);
        }
    }

    private void AddOne(string kind, ConfigurationNode node, TreeCopier copier, FindingSink findings)
    {
        var version = node.Field("apiVersion")!.Text!;
        var group = version.Split('/')[0];
        // Two groups have a Gateway.
        var map = ResourceKinds.GroupOf(kind) == group ? Array.Find(SectionBinder.Maps, map => map.Value == kind).Key : null;
        if (map is null)
        {
            ReportOther(kind, version, ResourceKinds.IsMeshGroup(group), node, findings);
            return;
        }

        var metadata = node.Field("metadata")!;
        var name = new ObjectName(kind, metadata.Field("namespace")?.Text ?? "", metadata.Field("name")!.Text!);
        findings.Resource = name.ToString();
        if (!_written.TryAdd(name, node))
        {
            var first = _written[name].Position;
            findings.Error(FindingCodes.ConvertedTwice, node,
                $"the same object is written at {first.Source}({first.Line}) and at {node.Position.Source}({node.Position.Line}); a section has one entry of that key.",
                "Remove or rename one of them.");
            return;
        }

        if (!_maps.TryGetValue(map, out var entries))
        {
            _maps[map] = entries = _section.AddProperty(map, NodeKind.Mapping, null, node.Position);
        }

        var entry = entries.AddProperty(name.Key, NodeKind.Mapping, null, node.Position);
        AddMetadata(metadata, entry, copier);
        AddExtension(node, metadata, entry, copier, findings);
        AddSpec(node.Field("spec"), entry, copier, findings);
    }

    private static void AddMetadata(ConfigurationNode metadata, ConfigurationNode entry, TreeCopier copier)
    {
        ConfigurationNode? copy = null;
        foreach (var (name, value) in metadata.Properties)
        {
            if (Array.Find(KeptMetadata, kept => FieldName.IsSame(name, kept)) is not { } field
                || (field == "annotations" && value.Properties is [{ Key: MetadataBinder.ExtensionAnnotation }]))
            {
                continue;
            }

            copy ??= entry.AddProperty("metadata", NodeKind.Mapping, null, metadata.Position);
            copier.CopyProperty(copy, field, value);
            if (field == "annotations")
            {
                copy.Properties[^1].Value.Properties.RemoveAll(text => text.Key == MetadataBinder.ExtensionAnnotation);
            }
        }
    }

    private static void AddExtension(ConfigurationNode node, ConfigurationNode metadata, ConfigurationNode entry, TreeCopier copier, FindingSink findings)
    {
        var block = node.Field(ExtensionBlock.Field);
        var annotation = metadata.Field("annotations")?.Properties.Find(text => text.Key == MetadataBinder.ExtensionAnnotation).Value;
        if (block is not null && annotation is not null)
        {
            ExtensionBlock.ReportBoth(annotation, findings);
        }
        else if ((annotation is null ? block : ExtensionBlock.Read(annotation, findings)) is { } extension)
        {
            copier.CopyProperty(entry, ExtensionBlock.Field, extension);
        }
    }

    private static void AddSpec(ConfigurationNode? spec, ConfigurationNode entry, TreeCopier copier, FindingSink findings)
    {
        var fields = spec?.Properties ?? [];
        foreach (var (name, value) in fields.Where(field => SectionToIstio.IsBesideSpec(field.Key)))
        {
            findings.Error(FindingCodes.ConvertedTwice, value,
                $"a section has the spec and '{name}' of the object in one place, so that '{name}' of the spec cannot stand there too.", "Remove it.");
        }

        copier.CopyFields(entry, fields.Where(field => !SectionToIstio.IsBesideSpec(field.Key)));
    }

    private static void ReportOther(string kind, string version, bool isMeshResource, ConfigurationNode node, FindingSink findings)
    {
        var message = $"a {kind} of {version} has no place in the section and is left out.";
        if (isMeshResource)
        {
            findings.Warning(FindingCodes.NotConverted, node, message, "Keep it in a file of its own.");
            return;
        }

        findings.Info(FindingCodes.NotConverted, node, message);
    }
}
