using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Mesh.Client.Discovery.Dns;

/// <summary>
/// Reads what a name server sent (RFC 1035, section 4), which may be anything. Work and memory are bounded by the length of the message:
/// pointers lead backwards only, names have at most 255 bytes as they count on the wire, and no count is believed beyond the bytes that follow.
/// </summary>
internal ref struct DnsMessageReader
{
    private const int HeadLength = 12;
    private const int MaximumNameLength = 255;
    private const ushort ClassInternet = 1;
    private readonly ReadOnlySpan<byte> _message;
    private int _at;

    private DnsMessageReader(ReadOnlySpan<byte> message)
    {
        _message = message;
        _at = HeadLength;
    }

    /// <summary>Null where not even head and question can be read, so that nobody can say what it is about.</summary>
    public static DnsMessage? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeadLength)
        {
            return null;
        }

        var reader = new DnsMessageReader(message);
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        DnsQuestion? question = null;
        switch (BinaryPrimitives.ReadUInt16BigEndian(message[4..]))
        {
            case 0:
                break;
            case 1 when reader.TryReadQuestion(out question):
                break;
            default:
                return null;
        }

        // The upper bits of the code stand in the record of EDNS.
        var code = flags & 0xF;
        var isWhole = reader.TryReadRecords(BinaryPrimitives.ReadUInt16BigEndian(message[6..]), out var answers, ref code)
            & reader.TryReadRecords(BinaryPrimitives.ReadUInt16BigEndian(message[8..]), out var authorities, ref code)
            & reader.TryReadRecords(BinaryPrimitives.ReadUInt16BigEndian(message[10..]), out var additionals, ref code);
        return new DnsMessage
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(message),
            IsResponse = (flags & 0x8000) != 0,
            IsAuthoritative = (flags & 0x0400) != 0,
            IsTruncated = (flags & 0x0200) != 0,
            IsRecursive = (flags & 0x0080) != 0,
            Code = (DnsResponseCode)code,
            Question = question,
            IsWhole = isWhole,
            Answers = isWhole ? answers : [],
            Authorities = isWhole ? authorities : [],
            Additionals = isWhole ? additionals : [],
        };
    }

    private bool TryReadQuestion(out DnsQuestion? question)
    {
        question = null;
        if (!TryReadName(out var name) || !TryTake(4, out var rest) || BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) != ClassInternet)
        {
            return false;
        }

        question = new DnsQuestion(name, (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(rest));
        return true;
    }

    private bool TryReadRecords(int count, out List<DnsRecord> records, scoped ref int code)
    {
        records = [];
        for (var index = 0; index < count; index++)
        {
            if (!TryReadRecord(out var record, ref code))
            {
                // What follows cannot be found either.
                _at = _message.Length;
                return false;
            }

            if (record is not null)
            {
                records.Add(record);
            }
        }

        return true;
    }

    /// <param name="record">Null where it is of a type or class that is not read.</param>
    /// <param name="code">Completed by the record of EDNS.</param>
    private bool TryReadRecord(out DnsRecord? record, scoped ref int code)
    {
        record = null;
        if (!TryReadName(out var name) || !TryTake(10, out var head))
        {
            return false;
        }

        var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(head);
        var end = _at + BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
        if (end > _message.Length)
        {
            return false;
        }

        if (type == DnsRecordType.OPT)
        {
            code |= head[4] << 4;
        }
        else if (BinaryPrimitives.ReadUInt16BigEndian(head[2..]) == ClassInternet)
        {
            record = ReadData(new DnsRecord(name, type, ReadSeconds(head[4..])), end, out var isSound);
            if (!isSound)
            {
                return false;
            }
        }

        _at = end;
        return true;
    }

    /// <summary>The record with its data, which must end where the record does.</summary>
    private DnsRecord? ReadData(DnsRecord record, int end, out bool isSound)
    {
        isSound = true;
        switch (record.Type)
        {
            case DnsRecordType.A or DnsRecordType.AAAA:
                var length = end - _at;
                isSound = length == (record.Type == DnsRecordType.A ? 4 : 16);
                return isSound ? record with { Address = new IPAddress(_message.Slice(_at, length)) } : null;
            case DnsRecordType.CNAME:
                isSound = TryReadName(out var alias) && _at == end;
                return record with { Target = alias };
            case DnsRecordType.SRV:
                isSound = TryTake(6, out var numbers) & TryReadName(out var target) && _at == end;
                return !isSound ? null : record with
                {
                    Priority = BinaryPrimitives.ReadUInt16BigEndian(numbers),
                    Weight = BinaryPrimitives.ReadUInt16BigEndian(numbers[2..]),
                    Port = BinaryPrimitives.ReadUInt16BigEndian(numbers[4..]),
                    Target = target,
                };
            case DnsRecordType.SOA:
                isSound = TryReadName(out _) && TryReadName(out _) && TryTake(20, out var times) && _at == end;
                return isSound ? record with { NegativeTimeToLive = ReadSeconds(_message.Slice(end - 4)) } : null;
            default:
                return null;
        }
    }

    /// <summary>A time with the highest bit set counts as zero (RFC 2181, section 8).</summary>
    private static TimeSpan ReadSeconds(ReadOnlySpan<byte> bytes) => TimeSpan.FromSeconds(Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(bytes)));

    private bool TryTake(int length, out ReadOnlySpan<byte> taken)
    {
        if (_message.Length - _at < length)
        {
            taken = default;
            return false;
        }

        taken = _message.Slice(_at, length);
        _at += length;
        return true;
    }

    private bool TryReadName(out string name)
    {
        var text = new StringBuilder();
        var start = _at;
        var at = _at;
        var length = 1;
        var hasJumped = false;
        name = "";
        while (true)
        {
            if (at >= _message.Length)
            {
                return false;
            }

            int size = _message[at];
            if (size == 0)
            {
                _at = hasJumped ? _at : at + 1;
                name = text.ToString();
                return true;
            }

            if (size >= 0xC0)
            {
                if (at + 1 >= _message.Length)
                {
                    return false;
                }

                // Backwards of where this part of the name begins, so that nothing is read twice and nothing goes round.
                var target = ((size & 0x3F) << 8) | _message[at + 1];
                if (target >= start)
                {
                    return false;
                }

                _at = hasJumped ? _at : at + 2;
                hasJumped = true;
                start = at = target;
                continue;
            }

            length += 1 + size;
            if (size > 63 || length > MaximumNameLength || at + 1 + size > _message.Length)
            {
                return false;
            }

            AppendLabel(text, _message.Slice(at + 1, size));
            at += 1 + size;
        }
    }

    private static void AppendLabel(StringBuilder text, ReadOnlySpan<byte> label)
    {
        if (text.Length > 0)
        {
            text.Append('.');
        }

        foreach (var value in label)
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_')
            {
                text.Append((char)value);
            }
            else
            {
                // Also a dot within a label, which is another name than two labels.
                text.Append(CultureInfo.InvariantCulture, $"\\{value:D3}");
            }
        }
    }
}
