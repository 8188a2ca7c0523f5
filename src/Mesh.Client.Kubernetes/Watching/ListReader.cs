using System.Text.Json;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>Reads an object of the header and text of one object of a list; the text is valid during the call alone.</summary>
internal delegate void ListItem(in ObjectHeader header, ReadOnlySpan<byte> json);

/// <summary>A list as it comes, object by object, so that a list of any length takes the memory of its longest object; and so that one that cannot be
/// read does not spoil the others.</summary>
/// <param name="body">The body of the response.</param>
/// <param name="longest">The bound of an object, in bytes.</param>
/// <param name="item">Gets each object.</param>
internal sealed class ListReader(BodyReader body, int longest, ListItem item)
{
    private readonly ByteBuffer _buffer = new(longest);
    private JsonReaderState _state = new(ObjectHeader.Options);
    private Place _place;
    private ObjectHeader _header;

    private enum Place
    {
        Start,
        Fields,
        Items,
        End,
    }

    /// <returns>The list's own header: the version that it stands for, and where it goes on.</returns>
    /// <exception cref="JsonException">It is no list, or an object in it is longer than the bound.</exception>
    public async ValueTask<ObjectHeader> ReadAsync()
    {
        var wanted = 0;
        while (true)
        {
            var isEnd = false;
            // An object that does not fit yet is looked at again when there is twice as much of it.
            while (_buffer.Length < wanted && !_buffer.IsFull && !isEnd)
            {
                isEnd = !await _buffer.FillAsync(body).ConfigureAwait(false);
            }

            Advance(isEnd);
            if (_place == Place.End)
            {
                return _header;
            }

            if (isEnd)
            {
                throw new JsonException("The list ends in its middle.");
            }

            if (_buffer.IsFull)
            {
                throw new JsonException($"An object of the list is longer than {longest / (1024 * 1024)} MiB.");
            }

            wanted = Math.Max(2 * _buffer.Length, 1);
            wanted = Math.Min(wanted, longest);
        }
    }

    private void Advance(bool isEnd)
    {
        var reader = new Utf8JsonReader(_buffer.Unused, isEnd, _state);
        var used = 0;
        while (_place != Place.End && TryStep(ref reader))
        {
            used = (int)reader.BytesConsumed;
            _state = reader.CurrentState;
        }

        _buffer.Use(used);
    }

    private bool TryStep(ref Utf8JsonReader reader)
    {
        switch (_place)
        {
            case Place.Start:
                if (!reader.Read())
                {
                    return false;
                }

                _place = reader.TokenType == JsonTokenType.StartObject ? Place.Fields : throw new JsonException("A list is an object.");
                return true;

            case Place.Fields:
                return TryField(ref reader);

            default:
                return TryItem(ref reader);
        }
    }

    private bool TryField(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.EndObject)
        {
            _place = Place.End;
            return true;
        }

        var isItems = reader.ValueTextEquals("items"u8);
        if (!isItems && !reader.ValueTextEquals("metadata"u8))
        {
            return reader.TrySkip();
        }

        if (!reader.Read())
        {
            return false;
        }

        if (isItems && reader.TokenType == JsonTokenType.StartArray)
        {
            _place = Place.Items;
            return true;
        }

        return !isItems && reader.TokenType == JsonTokenType.StartObject ? _header.TryReadMetadata(ref reader) : reader.TrySkip();
    }

    private bool TryItem(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _place = Place.Fields;
            return true;
        }

        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return reader.TrySkip();
        }

        var header = default(ObjectHeader);
        if (!header.TryRead(ref reader))
        {
            return false;
        }

        item(in header, _buffer.Unused[start..(int)reader.BytesConsumed]);
        return true;
    }
}
