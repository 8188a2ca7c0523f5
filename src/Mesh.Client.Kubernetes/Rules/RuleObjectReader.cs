using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>An object to a document: what was written, without what the cluster adds. So a change of the status, or of who manages which field, is none
/// of the rules; and an object takes half the memory.</summary>
internal static class RuleObjectReader
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly byte[] Condition = Encoding.UTF8.GetBytes(RuleObject.Condition);

    public static ResourceType<RuleObject> TypeOf(RuleKind kind, IReadOnlyList<string> versions)
        => new(kind.Group, versions, kind.Plural, (key, json) => Read(kind, key, json));

    /// <exception cref="JsonException">It is no object, or of another kind.</exception>
    public static RuleObject Read(RuleKind kind, ResourceKey key, ReadOnlySpan<byte> json)
    {
        var text = new ArrayBufferWriter<byte>(json.Length);
        string? apiVersion = null;
        string? uid = null;
        var generation = 0L;
        var isReported = false;
        using (var writer = new Utf8JsonWriter(text, Writing))
        {
            var reader = new Utf8JsonReader(json, ObjectHeader.Options);
            reader.Read();
            writer.WriteStartObject();
            writer.WriteString("kind"u8, kind.Kind);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("metadata"u8))
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.StartObject)
                    {
                        throw new JsonException("Its metadata are no object.");
                    }

                    writer.WritePropertyName("metadata"u8);
                    CopyMetadata(ref reader, json, writer, ref uid, ref generation);
                }
                else if (reader.ValueTextEquals("apiVersion"u8))
                {
                    reader.Read();
                    apiVersion = reader.GetString();
                }
                else if (reader.ValueTextEquals("status"u8))
                {
                    reader.Read();
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    isReported = json[start..(int)reader.BytesConsumed].IndexOf(Condition) >= 0;
                }
                else if (reader.ValueTextEquals("kind"u8))
                {
                    reader.Skip();
                }
                else
                {
                    Copy(ref reader, json, writer);
                }
            }

            // The lists of some servers say it once for all.
            apiVersion ??= $"{kind.Group}/{kind.Versions[0]}";
            writer.WriteString("apiVersion"u8, apiVersion);
            writer.WriteEndObject();
        }

        var document = MeshDocument.FromIstioJson(kind.DocumentName(key.Namespace, key.Name), Encoding.UTF8.GetString(text.WrittenSpan));
        return new RuleObject(document, apiVersion, uid ?? "", generation) { IsReported = isReported };
    }

    private static void CopyMetadata(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer, ref string? uid, ref long generation)
    {
        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("uid"u8))
            {
                reader.Read();
                uid = reader.GetString();
            }
            else if (reader.ValueTextEquals("generation"u8))
            {
                reader.Read();
                generation = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) ? count : 0;
            }
            else if (reader.ValueTextEquals("annotations"u8))
            {
                CopyAnnotations(ref reader, json, writer);
            }
            else if (IsKept(ref reader))
            {
                Copy(ref reader, json, writer);
            }
            else
            {
                reader.Skip();
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The rest is the cluster's book-keeping.</summary>
    private static bool IsKept(ref Utf8JsonReader reader)
        => reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("namespace"u8) || reader.ValueTextEquals("labels"u8)
            || reader.ValueTextEquals("creationTimestamp"u8);

    private static void CopyAnnotations(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer)
    {
        writer.WritePropertyName("annotations"u8);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            CopyValue(ref reader, json, writer);
            return;
        }

        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // The whole object once more, as kubectl apply leaves it.
            if (reader.ValueTextEquals("kubectl.kubernetes.io/last-applied-configuration"u8))
            {
                reader.Skip();
            }
            else
            {
                Copy(ref reader, json, writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void Copy(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer)
    {
        writer.WritePropertyName(reader.GetString()!);
        reader.Read();
        CopyValue(ref reader, json, writer);
    }

    private static void CopyValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        writer.WriteRawValue(json[start..(int)reader.BytesConsumed], skipInputValidation: true);
    }
}
