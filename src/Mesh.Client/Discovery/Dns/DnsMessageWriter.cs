using System.Buffers.Binary;

namespace Mesh.Client.Discovery.Dns;

/// <summary>Writes questions (RFC 1035, section 4; RFC 6891 for the size that answers may have).</summary>
internal static class DnsMessageWriter
{
    /// <summary>More than any question takes: header, name, type and class, and the record of EDNS.</summary>
    public const int MaximumLength = 12 + 255 + 4 + 11;

    /// <summary>What passes without fragments nearly everywhere, as the operators of name servers agreed in 2020 (DNS flag day).</summary>
    public const int DatagramLength = 1232;

    private const ushort RecursionDesired = 0x0100;
    private const ushort ClassInternet = 1;

    /// <param name="buffer">Of at least <see cref="MaximumLength"/>.</param>
    /// <param name="id">To tell the answer by.</param>
    /// <param name="question">Its name is valid.</param>
    /// <param name="hasEdns">Says that answers may be longer than 512 bytes.</param>
    /// <returns>The length of the message.</returns>
    public static int Write(Span<byte> buffer, ushort id, DnsQuestion question, bool hasEdns)
    {
        buffer[..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(buffer, id);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[10..], (ushort)(hasEdns ? 1 : 0));
        var at = 12 + WriteName(buffer[12..], question.Name);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 2)..], ClassInternet);
        at += 4;
        if (hasEdns)
        {
            buffer.Slice(at, 11).Clear();
            BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 1)..], (ushort)DnsRecordType.OPT);
            BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 3)..], DatagramLength);
            at += 11;
        }

        return at;
    }

    private static int WriteName(Span<byte> buffer, ReadOnlySpan<char> name)
    {
        var at = 0;
        foreach (var range in name.Split('.'))
        {
            var label = name[range];
            buffer[at] = (byte)label.Length;
            for (var index = 0; index < label.Length; index++)
            {
                buffer[at + 1 + index] = (byte)label[index];
            }

            at += 1 + label.Length;
        }

        buffer[at] = 0;
        return at + 1;
    }
}
