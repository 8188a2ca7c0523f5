using System.Text;
using System.Text.Json;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Sources;

/// <summary>Trees from JSON, and trees as one line: strings in double quotes, untyped texts in single quotes, the rest as in JSON.</summary>
internal static class NodeText
{
    /// <summary>Stands in for the real JSON reader.</summary>
    public static ConfigurationNode? Read(string source, string text, string rootPath, PathStyle style, List<MeshFinding> findings)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            reader.Read();
            var root = ConfigurationNode.Root(rootPath, style, Kind(reader.TokenType), Scalar(ref reader), Position(ref reader));
            Fill(ref reader, root);
            while (reader.Read())
            {
            }

            return root;

            SourcePosition Position(ref Utf8JsonReader at)
                => new(source, 1 + bytes.AsSpan(0, (int)at.TokenStartIndex).Count((byte)'\n'), 1);

            void Fill(ref Utf8JsonReader at, ConfigurationNode node)
            {
                if (node.Kind == NodeKind.Mapping)
                {
                    while (at.Read() && at.TokenType == JsonTokenType.PropertyName)
                    {
                        var name = at.GetString()!;
                        at.Read();
                        Fill(ref at, node.AddProperty(name, Kind(at.TokenType), Scalar(ref at), Position(ref at)));
                    }
                }
                else if (node.Kind == NodeKind.Sequence)
                {
                    while (at.Read() && at.TokenType != JsonTokenType.EndArray)
                    {
                        Fill(ref at, node.AddItem(Kind(at.TokenType), Scalar(ref at), Position(ref at)));
                    }
                }
            }
        }
        catch (JsonException exception)
        {
            findings.Add(new MeshFinding
            {
                Code = "MESH0100",
                Severity = MeshFindingSeverity.Error,
                Resource = "",
                Path = "",
                Message = exception.Message,
                Source = source,
                RefusesDocument = true,
            });
            return null;
        }
    }

    public static string Of(ConfigurationNode? node) => node switch
    {
        null => "absent",
        { Kind: NodeKind.Mapping } => "{" + string.Join(",", node.Properties.Select(property => $"{property.Key}:{Of(property.Value)}")) + "}",
        { Kind: NodeKind.Sequence } => "[" + string.Join(",", node.Items.Select(Of)) + "]",
        { Kind: NodeKind.Null } => "null",
        { Kind: NodeKind.String } => $"\"{node.Text}\"",
        { Kind: NodeKind.Untyped } => $"'{node.Text}'",
        _ => node.Text!,
    };

    private static NodeKind Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => NodeKind.Mapping,
        JsonTokenType.StartArray => NodeKind.Sequence,
        JsonTokenType.String => NodeKind.String,
        JsonTokenType.Number => NodeKind.Number,
        JsonTokenType.True or JsonTokenType.False => NodeKind.Boolean,
        _ => NodeKind.Null,
    };

    private static string? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };
}
