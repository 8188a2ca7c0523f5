using System.Text.Json;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>A line of a watch.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Header">Of the object.</param>
/// <param name="Object">Where the object stands in the line; empty where the line was cut.</param>
internal readonly record struct WatchEvent(WatchEventType Type, ObjectHeader Header, Range Object)
{
    /// <param name="line">The line, or the beginning of one that is too long.</param>
    /// <param name="isCut">It is a beginning.</param>
    /// <exception cref="JsonException">It is no JSON, or no event.</exception>
    public static WatchEvent Parse(ReadOnlySpan<byte> line, bool isCut)
    {
        var reader = new Utf8JsonReader(line, isFinalBlock: !isCut, new JsonReaderState(ObjectHeader.Options));
        var type = WatchEventType.Unknown;
        var header = default(ObjectHeader);
        var found = new Range(0, 0);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An event is an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                if (!reader.Read())
                {
                    break;
                }

                type = TypeOf(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                if (!reader.Read())
                {
                    break;
                }

                var start = (int)reader.TokenStartIndex;
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    throw new JsonException("The object of an event is none.");
                }

                if (!header.TryRead(ref reader))
                {
                    break;
                }

                found = new Range(start, (int)reader.BytesConsumed);
            }
            else if (!reader.TrySkip())
            {
                break;
            }
        }

        return type == WatchEventType.Unknown && !isCut
            ? throw new JsonException("An event has a type: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.")
            : new WatchEvent(type, header, found);
    }

    private static WatchEventType TypeOf(ref Utf8JsonReader reader)
        => reader.TokenType != JsonTokenType.String ? WatchEventType.Unknown
            : reader.ValueTextEquals("MODIFIED"u8) ? WatchEventType.Modified
            : reader.ValueTextEquals("ADDED"u8) ? WatchEventType.Added
            : reader.ValueTextEquals("DELETED"u8) ? WatchEventType.Deleted
            : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventType.Bookmark
            : reader.ValueTextEquals("ERROR"u8) ? WatchEventType.Error
            : WatchEventType.Unknown;
}
