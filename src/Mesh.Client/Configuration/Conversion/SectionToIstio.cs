namespace Mesh.Client.Configuration;

/// <summary>A <c>Mesh</c> section to trees of Istio's resources. The section was loaded before, so its shape is known to be right.</summary>
internal sealed class SectionToIstio(MeshConfiguration configuration, FieldSpellings spellings, FindingSink findings)
{
    private readonly TreeCopier _copier = new(spellings, findings, isForJson: false);
    private readonly HashSet<ObjectName> _written = [];

    public List<ConfigurationNode> Roots { get; } = [];

    public void Add(ConfigurationNode section)
    {
        foreach (var (key, value) in section.Properties)
        {
            if (FieldName.IsSame(key, "Services"))
            {
                AddServices();
            }
            else if (Array.Find(SectionBinder.Maps, map => FieldName.IsSame(key, map.Key)).Value is { } kind)
            {
                AddMap(kind, value);
            }
            else if (value.Kind != NodeKind.Null)
            {
                findings.Warning(FindingCodes.NotConverted, value, $"the setting '{key}' has no place in Istio's YAML and is left out.",
                    FieldName.IsSame(key, nameof(MeshConfiguration.Namespace))
                        ? $"Objects without a namespace were meant for {configuration.Namespace}: apply them there."
                        : "Keep it in the section.");
            }
        }
    }

    private void AddMap(string kind, ConfigurationNode map)
    {
        foreach (var (key, entry) in map.Properties)
        {
            var name = ObjectName.FromKey(kind, key);
            if (Start(name, entry) is not { } root)
            {
                continue;
            }

            AddMetadata(name, entry, root);
            var spec = root.AddProperty("spec", NodeKind.Mapping, null, entry.Position);
            _copier.CopyFields(spec, entry.Properties.Where(field => !IsBesideSpec(field.Key)));
        }

        findings.Resource = "";
    }

    private void AddServices()
    {
        foreach (var service in configuration.Services)
        {
            var name = new ObjectName("ServiceEntry", service.Metadata.Namespace, service.Metadata.Name);
            findings.Resource = service.Metadata.ToString();
            if (ServiceEntryConversion.FindObstacle(service, configuration) is { } obstacle)
            {
                findings.Warning(FindingCodes.NotConverted, service.Node, $"the service cannot become a ServiceEntry and is left out: {obstacle}.", "Keep it in the section.");
            }
            else if (Start(name, service.Node) is { } root)
            {
                AddMetadata(name, service.Node, root);
                ServiceEntryConversion.AddSpec(service, configuration, root);
            }
        }

        findings.Resource = "";
    }

    private ConfigurationNode? Start(ObjectName name, ConfigurationNode entry)
    {
        findings.Resource = name.ToString();
        if (!_written.Add(name))
        {
            findings.Error(FindingCodes.ConvertedTwice, entry, $"two entries of the section would become {name}.", "Remove or rename one of them.");
            return null;
        }

        var root = ConfigurationNode.Root("", PathStyle.Dots, NodeKind.Mapping, null, entry.Position);
        root.AddProperty("apiVersion", NodeKind.String, $"{ResourceKinds.GroupOf(name.Kind)}/v1", entry.Position);
        root.AddProperty("kind", NodeKind.String, name.Kind, entry.Position);
        Roots.Add(root);
        return root;
    }

    private void AddMetadata(ObjectName name, ConfigurationNode entry, ConfigurationNode root)
    {
        var metadata = root.AddProperty("metadata", NodeKind.Mapping, null, entry.Position);
        metadata.AddProperty("name", NodeKind.String, name.Name, entry.Position);
        if (name.Namespace.Length > 0)
        {
            metadata.AddProperty("namespace", NodeKind.String, name.Namespace, entry.Position);
        }

        _copier.CopyFields(metadata, entry.Field("metadata")?.Properties ?? []);

        if (entry.Field(ExtensionBlock.Field) is { } extension)
        {
            AddExtension(extension, metadata);
        }
    }

    private void AddExtension(ConfigurationNode extension, ConfigurationNode metadata)
    {
        var annotations = metadata.Find("annotations");
        if (annotations?.Properties.Exists(text => text.Key == MetadataBinder.ExtensionAnnotation) == true)
        {
            ExtensionBlock.ReportBoth(extension, findings);
            return;
        }

        if (annotations is null or { Kind: NodeKind.Null })
        {
            metadata.Properties.RemoveAll(field => field.Value == annotations);
            annotations = metadata.AddProperty("annotations", NodeKind.Mapping, null, extension.Position);
        }

        annotations.AddProperty(MetadataBinder.ExtensionAnnotation, NodeKind.String, JsonNodeWriter.Write(extension, indented: false), extension.Position);
    }

    /// <summary>The fields of an entry that are not part of its spec.</summary>
    public static bool IsBesideSpec(string field) => FieldName.IsSame(field, "metadata") || FieldName.IsSame(field, ExtensionBlock.Field);
}
