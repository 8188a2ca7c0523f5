using System.Text.Json;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What the loop itself reads of an object; for a list its <c>continue</c> too, for a <c>Status</c> what went wrong.</summary>
internal struct ObjectHeader
{
    /// <summary>As deep as the API server lets objects be.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 10_000 };

    public string? Name;
    public string? Namespace;
    public string? Version;
    public string? Continue;
    public string? Message;
    public string? Reason;
    public int Code;

    /// <summary>Known by name. One without is no object of Kubernetes.</summary>
    public readonly ResourceKey? Key => Name is { Length: > 0 } name ? new ResourceKey(Namespace ?? "", name) : null;

    /// <summary>Reads on from the start of an object to its end, without making anything of the rest.</summary>
    /// <returns>False where the text ends before the object does; what was found so far is kept.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public bool TryRead(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                return true;
            }

            if (reader.ValueTextEquals("metadata"u8))
            {
                if (!reader.Read())
                {
                    return false;
                }

                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    if (!TryReadMetadata(ref reader))
                    {
                        return false;
                    }
                }
                else if (!reader.TrySkip())
                {
                    return false;
                }
            }
            else if (!TryReadField(ref reader))
            {
                return false;
            }
        }

        return false;
    }

    public bool TryReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                return true;
            }

            var read = reader.ValueTextEquals("name"u8) ? TryReadText(ref reader, ref Name)
                : reader.ValueTextEquals("namespace"u8) ? TryReadText(ref reader, ref Namespace)
                : reader.ValueTextEquals("resourceVersion"u8) ? TryReadText(ref reader, ref Version)
                : reader.ValueTextEquals("continue"u8) ? TryReadText(ref reader, ref Continue)
                : reader.TrySkip();
            if (!read)
            {
                return false;
            }
        }

        return false;
    }

    private bool TryReadField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("message"u8))
        {
            return TryReadText(ref reader, ref Message);
        }

        if (reader.ValueTextEquals("reason"u8))
        {
            return TryReadText(ref reader, ref Reason);
        }

        if (!reader.ValueTextEquals("code"u8))
        {
            return reader.TrySkip();
        }

        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var code))
        {
            Code = code;
            return true;
        }

        return reader.TrySkip();
    }

    /// <summary>Anything but a text stays unread.</summary>
    private static bool TryReadText(ref Utf8JsonReader reader, ref string? text)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return reader.TrySkip();
        }

        text = reader.GetString();
        return true;
    }
}
