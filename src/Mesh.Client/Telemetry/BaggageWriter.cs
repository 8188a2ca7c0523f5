using System.Buffers;
using System.Text;

namespace Mesh.Client.Telemetry;

/// <summary>
/// Writes a W3C baggage header in its compact form. .NET writes spaces around <c>=</c>, which is legal, but Istio's reader does not trim them.
/// The first of two members with the same key stays. What would pass the limits of the specification is left out, member by member.
/// </summary>
internal ref struct BaggageWriter(Span<char> buffer)
{
    public const int MaximumBytes = 8192;

    private const int MaximumMembers = 64;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // The baggage-octets without '%', which begins an escape.
    private static readonly SearchValues<char> ValueCharacters =
        SearchValues.Create("!#$&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private readonly Span<char> _buffer = buffer;
    private int _length;

    /// <summary>How many members were written.</summary>
    public int Members { get; private set; }

    public override readonly string ToString() => _length == 0 ? string.Empty : new string(_buffer[.._length]);

    /// <summary>A member whose value is plain text.</summary>
    public void Add(ReadOnlySpan<char> key, ReadOnlySpan<char> value)
    {
        var start = _length;
        if (!TryBegin(key) || !TryAppendEscaped(value))
        {
            _length = start;
            return;
        }

        Members++;
    }

    /// <summary>The members of a header that others wrote, as they stand there, but for spaces, the keys in which a hop says who it is, and the mark
    /// of a retry.</summary>
    public void AddHeader(ReadOnlySpan<char> header)
    {
        foreach (var range in header.Split(','))
        {
            if (!BaggageMember.TryRead(header[range], out var member))
            {
                continue;
            }

            var start = _length;
            if (PeerMetadata.IsKey(member.Key) || member.Key is RetryMark.Key || member.Value.ContainsAnyExceptInRange('!', '~')
                || member.Properties.ContainsAnyExceptInRange(' ', '~') || !TryBegin(member.Key) || !TryAppend(member.Value) || !TryAppend(member.Properties))
            {
                _length = start;
                continue;
            }

            Members++;
        }
    }

    /// <summary>What the peer metadata of this process says, already in its final form.</summary>
    public void AddFinished(PeerMetadata peer)
    {
        if (peer.Baggage is not null && TryAppend(peer.Baggage))
        {
            Members += peer.Members;
        }
    }

    private bool TryBegin(ReadOnlySpan<char> key)
    {
        if (key.IsEmpty || key.ContainsAnyExcept(TokenCharacters) || Members == MaximumMembers || Contains(key))
        {
            return false;
        }

        return (_length == 0 || TryAppend(",")) && TryAppend(key) && TryAppend("=");
    }

    private readonly bool Contains(ReadOnlySpan<char> key)
    {
        ReadOnlySpan<char> written = _buffer[.._length];
        foreach (var range in written.Split(','))
        {
            var member = written[range];
            if (member.Length > key.Length && member[key.Length] == '=' && member.StartsWith(key, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryAppend(scoped ReadOnlySpan<char> text)
    {
        if (!text.TryCopyTo(_buffer[_length..]))
        {
            return false;
        }

        _length += text.Length;
        return true;
    }

    private bool TryAppendEscaped(ReadOnlySpan<char> value)
    {
        if (!value.ContainsAnyExcept(ValueCharacters))
        {
            return TryAppend(value);
        }

        Span<byte> utf8 = stackalloc byte[4];
        Span<char> escape = ['%', '0', '0'];
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.IsAscii && ValueCharacters.Contains((char)rune.Value))
            {
                if (!TryAppend([(char)rune.Value]))
                {
                    return false;
                }

                continue;
            }

            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
            {
                octet.TryFormat(escape[1..], out _, "X2");
                if (!TryAppend(escape))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
