using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>
/// One value as it was written, with its place. JSON, YAML and configuration providers are all read into this tree, so that binding
/// and validation are written once and every finding can name file, line and path.
/// </summary>
internal sealed class ConfigurationNode
{
    private readonly ConfigurationNode? _parent;
    private readonly string? _name;
    private readonly int _index;
    private readonly PathStyle _style;

    private ConfigurationNode(ConfigurationNode? parent, string? name, int index, PathStyle style, NodeKind kind, string? text,
        SourcePosition position)
    {
        _parent = parent;
        _name = name;
        _index = index;
        _style = style;
        Kind = kind;
        Text = text;
        Position = position;
        Properties = kind == NodeKind.Mapping ? [] : EmptyProperties;
        Items = kind == NodeKind.Sequence ? [] : EmptyItems;
    }

    private static readonly List<KeyValuePair<string, ConfigurationNode>> EmptyProperties = [];
    private static readonly List<ConfigurationNode> EmptyItems = [];

    public NodeKind Kind { get; }

    /// <summary>A scalar's text as written, without quotes; null for null, sequences and mappings.</summary>
    public string? Text { get; }

    public SourcePosition Position { get; }

    /// <summary>The members of a mapping in the order written. Only the reader that makes the node adds to it.</summary>
    public List<KeyValuePair<string, ConfigurationNode>> Properties { get; }

    /// <summary>The entries of a sequence in the order written. Only the reader that makes the node adds to it.</summary>
    public List<ConfigurationNode> Items { get; }

    /// <summary>The path in the style of its source: <c>Mesh:VirtualServices:reviews:http:0</c> or <c>spec.http[0]</c>.</summary>
    public string Path
    {
        get
        {
            if (_parent is null)
            {
                return _name ?? "";
            }

            var parent = _parent.Path;
            var index = _index.ToString(CultureInfo.InvariantCulture);
            return _style == PathStyle.Colons
                ? Join(parent, ':', _name ?? index)
                : _name is null ? $"{parent}[{index}]" : Join(parent, '.', _name);
        }
    }

    public static ConfigurationNode Root(string path, PathStyle style, NodeKind kind, string? text, SourcePosition position)
        => new(null, path, 0, style, kind, text, position);

    public ConfigurationNode AddProperty(string name, NodeKind kind, string? text, SourcePosition position)
    {
        var child = new ConfigurationNode(this, name, 0, _style, kind, text, position);
        Properties.Add(new(name, child));
        return child;
    }

    public ConfigurationNode AddItem(NodeKind kind, string? text, SourcePosition position)
    {
        var child = new ConfigurationNode(this, null, Items.Count, _style, kind, text, position);
        Items.Add(child);
        return child;
    }

    /// <summary>The member of that name, without regard to case; null where there is none.</summary>
    public ConfigurationNode? Find(string name)
    {
        foreach (var (key, value) in Properties)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    private static string Join(string parent, char separator, string name) => parent.Length == 0 ? name : $"{parent}{separator}{name}";
}
