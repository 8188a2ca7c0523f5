using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Client.Configuration;

/// <summary>YAML text to nodes with line numbers, through the event parser alone: no reflection, duplicate keys seen, aliases bounded.</summary>
internal static class YamlNodeReader
{
    /// <summary>One root for each document that is not empty; those before an error, and an error finding, where the text is not YAML.</summary>
    public static IReadOnlyList<ConfigurationNode> Read(string source, string text, List<MeshFinding> findings)
    {
        if (text.Length > ReaderLimits.Size)
        {
            findings.Add(ReaderLimits.Finding(FindingCodes.TooLarge, source, "", 0, string.Create(CultureInfo.InvariantCulture,
                $"the text has {text.Length} characters; at most {ReaderLimits.Size} are read."), "Split the file."));
            return [];
        }

        var run = new Run(source, findings, new Parser(new Scanner(new StringReader(text), skipComments: true)));
        try
        {
            run.Read();
        }
        catch (YamlException exception)
        {
            run.Fail(FindingCodes.NotReadable, "", exception.Start, string.Create(CultureInfo.InvariantCulture,
                $"the text is not YAML at line {exception.Start.Line}, column {exception.Start.Column}: {exception.Message}"),
                text.Contains('\t') ? "Indent with spaces; YAML allows no tabs there." : null);
        }

        return run.Roots;
    }

    private sealed class Run(string source, List<MeshFinding> findings, Parser parser)
    {
        private readonly Dictionary<string, ConfigurationNode?> _anchors = new(StringComparer.Ordinal);
        private int _values;
        private int _aliased;

        public List<ConfigurationNode> Roots { get; } = [];

        public void Read()
        {
            while (Advance())
            {
                if (parser.Current is not DocumentStart)
                {
                    continue;
                }

                _anchors.Clear();
                Advance();
                if (!ReadValue(null, null, 1))
                {
                    return;
                }
            }
        }

        private bool Advance()
        {
            var before = parser.Current?.End ?? new Mark(0, 1, 1);
            try
            {
                return parser.MoveNext();
            }
            catch (Exception exception) when (exception is not YamlException and not OutOfMemoryException)
            {
                // The scanner has states it did not foresee (an odd ':' inside braces); to the author it is text that is not YAML.
                throw new YamlException(before, before, "the text after this place cannot be understood", exception);
            }
        }

        private bool ReadValue(ConfigurationNode? parent, string? name, int depth)
        {
            var parsed = parser.Current!;
            if (++_values > ReaderLimits.Values)
            {
                return Fail(FindingCodes.TooManyValues, parent?.Path ?? "", parsed.Start, string.Create(CultureInfo.InvariantCulture,
                    $"the document holds more than {ReaderLimits.Values} values."), "Split the file.");
            }

            if (parsed is AnchorAlias alias)
            {
                return UseAlias(alias, parent, name, depth);
            }

            if (parsed is not NodeEvent value)
            {
                // An empty key makes the parser end the mapping where its value should stand.
                return Fail(FindingCodes.NotReadable, parent?.Path ?? "", parsed.Start, string.Create(CultureInfo.InvariantCulture,
                    $"the text is not YAML at line {parsed.Start.Line}: a key or a value is missing."));
            }

            if (!TryKind(value, out var kind, out var text))
            {
                return Fail(FindingCodes.UnknownTag, parent?.Path ?? "", value.Start,
                    $"the tag {FindingSink.Quote(value.Tag.ToString())} is not one of YAML's core schema.", "Remove the tag; quote what shall be text.");
            }

            var node = Add(parent, name, kind, text, Position(value.Start));
            var anchor = value.Anchor.IsEmpty ? null : value.Anchor.Value;
            if (anchor is not null)
            {
                // Null while its own children are read, so that an alias inside is seen.
                _anchors[anchor] = null;
            }

            var isRead = value is Scalar || ReadChildren(node, depth);
            if (anchor is not null)
            {
                _anchors[anchor] = node;
            }

            return isRead;
        }

        private bool ReadChildren(ConfigurationNode node, int depth)
        {
            if (depth > ReaderLimits.Depth)
            {
                return Fail(FindingCodes.TooDeep, node.Path, parser.Current!.Start, string.Create(CultureInfo.InvariantCulture,
                    $"values are nested deeper than {ReaderLimits.Depth} levels."));
            }

            var lines = node.Kind == NodeKind.Mapping ? new Dictionary<string, int>(StringComparer.Ordinal) : null;
            while (Advance() && parser.Current is not (MappingEnd or SequenceEnd))
            {
                string? name = null;
                if (lines is not null && !TryKey(node, lines, out name))
                {
                    return false;
                }

                if (!ReadValue(node, name, depth + 1))
                {
                    return false;
                }
            }

            return true;
        }

        private bool TryKey(ConfigurationNode node, Dictionary<string, int> lines, out string? name)
        {
            name = null;
            var at = parser.Current!.Start;
            if (parser.Current is not Scalar key)
            {
                return Fail(FindingCodes.WrongType, node.Path, at, "a key must be plain text here.", "Write 'key: value'.");
            }

            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                return Fail(FindingCodes.MergeKey, node.Path, at, "merge keys ('<<') are not read; Kubernetes refuses them too.",
                    "Write the merged fields out.");
            }

            var line = (int)at.Line;
            if (!lines.TryAdd(key.Value, line))
            {
                return Fail(FindingCodes.DuplicateKey, node.Path, at, string.Create(CultureInfo.InvariantCulture,
                    $"{FindingSink.Quote(key.Value)} is written twice, on line {lines[key.Value]} and on line {line}; only one could be used."),
                    "Remove one of them.");
            }

            name = key.Value;
            return Advance();
        }

        private bool UseAlias(AnchorAlias alias, ConfigurationNode? parent, string? name, int depth)
        {
            var anchor = alias.Value.Value;
            if (!_anchors.TryGetValue(anchor, out var target) || target is null)
            {
                return Fail(FindingCodes.BadAlias, parent?.Path ?? "", alias.Start, _anchors.ContainsKey(anchor)
                    ? $"the alias '*{anchor}' stands inside the value it names."
                    : $"the alias '*{anchor}' names no anchor before it in this document.");
            }

            return Copy(target, parent, name, depth, alias);
        }

        private bool Copy(ConfigurationNode original, ConfigurationNode? parent, string? name, int depth, AnchorAlias alias)
        {
            if (++_aliased > ReaderLimits.AliasedValues || depth > ReaderLimits.Depth)
            {
                return Fail(FindingCodes.TooManyValues, parent?.Path ?? "", alias.Start, string.Create(CultureInfo.InvariantCulture,
                    $"the aliases of this document stand for more than {ReaderLimits.AliasedValues} values, or deeper than {ReaderLimits.Depth} levels."),
                    "Write the values out where they are needed.");
            }

            var copy = Add(parent, name, original.Kind, original.Text, original.Position);
            foreach (var (key, value) in original.Properties)
            {
                if (!Copy(value, copy, key, depth + 1, alias))
                {
                    return false;
                }
            }

            foreach (var item in original.Items)
            {
                if (!Copy(item, copy, null, depth + 1, alias))
                {
                    return false;
                }
            }

            return true;
        }

        private ConfigurationNode Add(ConfigurationNode? parent, string? name, NodeKind kind, string? text, SourcePosition position)
        {
            if (parent is not null)
            {
                return name is null ? parent.AddItem(kind, text, position) : parent.AddProperty(name, kind, text, position);
            }

            var root = ConfigurationNode.Root("", PathStyle.Dots, kind, text, position);
            Roots.Add(root);
            return root;
        }

        private static bool TryKind(NodeEvent value, out NodeKind kind, out string? text)
        {
            var tag = value.Tag.IsEmpty || value.Tag.IsNonSpecific ? null : value.Tag.Value;
            text = (value as Scalar)?.Value;
            kind = value switch
            {
                MappingStart => NodeKind.Mapping,
                SequenceStart => NodeKind.Sequence,
                Scalar { Style: ScalarStyle.Plain } scalar when tag is null && !value.Tag.IsNonSpecific => YamlScalar.KindOf(scalar.Value),
                Scalar scalar when tag is not null and not "tag:yaml.org,2002:str" => YamlScalar.KindOf(scalar.Value),
                _ => NodeKind.String,
            };
            if (kind == NodeKind.Null)
            {
                text = null;
            }

            return tag is null || tag == kind switch
            {
                NodeKind.Mapping => "tag:yaml.org,2002:map",
                NodeKind.Sequence => "tag:yaml.org,2002:seq",
                NodeKind.Null => "tag:yaml.org,2002:null",
                NodeKind.Boolean => "tag:yaml.org,2002:bool",
                NodeKind.Number => tag == "tag:yaml.org,2002:int" ? tag : "tag:yaml.org,2002:float",
                _ => "tag:yaml.org,2002:str",
            };
        }

        private SourcePosition Position(Mark mark) => new(source, (int)mark.Line, (int)mark.Column);

        public bool Fail(string code, string path, Mark at, string message, string? fix = null)
        {
            findings.Add(ReaderLimits.Finding(code, source, path, (int)at.Line, message, fix));
            return false;
        }
    }
}
