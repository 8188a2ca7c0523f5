using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mesh.Client.Configuration;

/// <summary>A tree to JSON text. Numbers are written as they are, so they must be numbers of JSON.</summary>
internal static class JsonNodeWriter
{
    public static string Write(ConfigurationNode node, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = indented,
            NewLine = "\n",
            // The text stands in a file or an annotation, never in a page of HTML.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            WriteValue(writer, node);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + (indented ? "\n" : "");
    }

    private static void WriteValue(Utf8JsonWriter writer, ConfigurationNode node)
    {
        switch (node.Kind)
        {
            case NodeKind.Mapping:
                writer.WriteStartObject();
                foreach (var (name, value) in node.Properties)
                {
                    writer.WritePropertyName(name);
                    WriteValue(writer, value);
                }

                writer.WriteEndObject();
                break;
            case NodeKind.Sequence:
                writer.WriteStartArray();
                foreach (var item in node.Items)
                {
                    WriteValue(writer, item);
                }

                writer.WriteEndArray();
                break;
            case NodeKind.Number:
                WriteNumber(writer, node.Text!);
                break;
            case NodeKind.Boolean:
                writer.WriteBooleanValue(bool.Parse(node.Text!));
                break;
            case NodeKind.Null:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue(node.Text);
                break;
        }
    }

    /// <summary>Raw text is put in a list without line and indent, so it is kept for what no type of .NET would give back.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, string text)
    {
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == text)
        {
            writer.WriteNumberValue(number);
            return;
        }

        writer.WriteRawValue(text);
    }
}
