using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mesh.Client.Configuration;

/// <summary>JSON text to nodes with line numbers, keeping order, types, <c>{}</c>, null and keys with colons. Comments and trailing commas
/// are allowed, as in appsettings files.</summary>
internal static class JsonNodeReader
{
    /// <summary>Null and an error finding where the text is not JSON, is too deep, or is too large.</summary>
    public static ConfigurationNode? Read(string source, string text, string rootPath, PathStyle style, List<MeshFinding> findings)
    {
        if (text.Length > ReaderLimits.Size)
        {
            findings.Add(ReaderLimits.Finding(FindingCodes.TooLarge, source, rootPath, 0, string.Create(CultureInfo.InvariantCulture,
                $"the text has {text.Length} characters; at most {ReaderLimits.Size} are read."), "Split the document."));
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(text.StartsWith('\uFEFF') ? text[1..] : text);
        return new Run(source, rootPath, style, findings, bytes).Read();
    }

    private sealed class Run(string source, string rootPath, PathStyle style, List<MeshFinding> findings, byte[] bytes)
    {
        private int _line = 1;
        private int _column = 1;
        private int _counted;
        private int _values;

        public ConfigurationNode? Read()
        {
            // One level more than is accepted, so that the limit is ours to report.
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                MaxDepth = ReaderLimits.Depth + 1,
            });
            try
            {
                reader.Read();
                var position = Position(reader.TokenStartIndex);
                var (kind, value) = Token(ref reader);
                var root = ConfigurationNode.Root(rootPath, style, kind, value, position);
                var isRead = ReadChildren(ref reader, root, 1);
                return isRead && !reader.Read() ? root : null;
            }
            catch (JsonException exception)
            {
                var line = (int)(exception.LineNumber ?? 0) + 1;
                var column = (int)(exception.BytePositionInLine ?? 0) + 1;
                Fail(FindingCodes.NotReadable, rootPath, line, string.Create(CultureInfo.InvariantCulture,
                    $"the text is not JSON at line {line}, column {column}: {FirstSentence(exception.Message)}"));
                return null;
            }
            catch (InvalidOperationException)
            {
                // The one way Utf8JsonReader refuses text late: an escape that is half a surrogate pair.
                Fail(FindingCodes.NotReadable, rootPath, _line, "the text is not JSON: a \\u escape stands for no character.");
                return null;
            }
        }

        private bool ReadChildren(ref Utf8JsonReader reader, ConfigurationNode node, int depth)
        {
            if (node.Kind is not (NodeKind.Mapping or NodeKind.Sequence))
            {
                return true;
            }

            if (depth > ReaderLimits.Depth)
            {
                return Fail(FindingCodes.TooDeep, node.Path, node.Position.Line, string.Create(CultureInfo.InvariantCulture,
                    $"values are nested deeper than {ReaderLimits.Depth} levels."));
            }

            var lines = node.Kind == NodeKind.Mapping ? new Dictionary<string, int>(StringComparer.Ordinal) : null;
            while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                if (++_values > ReaderLimits.Values)
                {
                    return Fail(FindingCodes.TooManyValues, node.Path, _line, string.Create(CultureInfo.InvariantCulture,
                        $"the document holds more than {ReaderLimits.Values} values."), "Split the document.");
                }

                var name = lines is null ? null : reader.GetString()!;
                if (name is not null)
                {
                    var nameLine = Position(reader.TokenStartIndex).Line;
                    if (!lines!.TryAdd(name, nameLine))
                    {
                        return Fail(FindingCodes.DuplicateKey, node.Path, nameLine, string.Create(CultureInfo.InvariantCulture,
                            $"{FindingSink.Quote(name)} is written twice, on line {lines[name]} and on line {nameLine}; only one could be used."),
                            "Remove one of them.");
                    }

                    reader.Read();
                }

                var position = Position(reader.TokenStartIndex);
                var (kind, value) = Token(ref reader);
                var child = name is null ? node.AddItem(kind, value, position) : node.AddProperty(name, kind, value, position);
                if (!ReadChildren(ref reader, child, depth + 1))
                {
                    return false;
                }
            }

            return true;
        }

        private static (NodeKind Kind, string? Text) Token(ref Utf8JsonReader reader) => reader.TokenType switch
        {
            JsonTokenType.StartObject => (NodeKind.Mapping, null),
            JsonTokenType.StartArray => (NodeKind.Sequence, null),
            JsonTokenType.String => (NodeKind.String, reader.GetString()),
            JsonTokenType.Number => (NodeKind.Number, Encoding.UTF8.GetString(reader.ValueSpan)),
            JsonTokenType.True => (NodeKind.Boolean, "true"),
            JsonTokenType.False => (NodeKind.Boolean, "false"),
            _ => (NodeKind.Null, null),
        };

        /// <summary>Tokens come in order, so that every byte is looked at once for its line.</summary>
        private SourcePosition Position(long index)
        {
            for (; _counted < index; _counted++)
            {
                if (bytes[_counted] == '\n')
                {
                    _line++;
                    _column = 1;
                }
                else if ((bytes[_counted] & 0xC0) != 0x80)
                {
                    _column++;
                }
            }

            return new SourcePosition(source, _line, _column);
        }

        private bool Fail(string code, string path, int line, string message, string? fix = null)
        {
            findings.Add(ReaderLimits.Finding(code, source, path, line, message, fix));
            return false;
        }

        private const int LongestReason = 300;

        private static string FirstSentence(string message)
        {
            var end = message.IndexOf(". ", StringComparison.Ordinal);
            var sentence = end < 0 ? message : message[..(end + 1)];

            // It may quote the text to its end.
            return sentence.Length > LongestReason ? sentence[..LongestReason] + "..." : sentence;
        }
    }
}
