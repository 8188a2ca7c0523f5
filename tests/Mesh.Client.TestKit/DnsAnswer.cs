using System.Buffers.Binary;
using System.Net;

namespace Mesh.Client.TestKit;

/// <summary>A message of a name server, right or wrong, made record by record.</summary>
internal sealed class DnsAnswer
{
    public const int A = 1;
    public const int Cname = 5;
    public const int Soa = 6;
    public const int Aaaa = 28;
    public const int Srv = 33;

    private readonly List<byte> _bytes;
    private readonly int[] _counts = new int[3];

    public DnsAnswer(DnsQuery query)
    {
        _bytes = [.. query.Message.AsSpan(0, query.End)];
        _bytes[2] = 0x81;
        _bytes[3] = 0x80;
    }

    /// <summary>The code: 2 for SERVFAIL, 3 for NXDOMAIN and so on.</summary>
    public DnsAnswer Code(int code)
    {
        _bytes[3] = (byte)(0x80 | code);
        return this;
    }

    public DnsAnswer Truncated()
    {
        _bytes[2] |= 2;
        return this;
    }

    /// <summary>As from a server that neither has the zone nor asks others.</summary>
    public DnsAnswer Lame()
    {
        _bytes[3] &= 0x7F;
        return this;
    }

    public DnsAnswer OtherId()
    {
        _bytes[0] ^= 0xFF;
        return this;
    }

    /// <summary>Repeats another question than the one that was asked. Before any record.</summary>
    public DnsAnswer OtherQuestion(string name)
    {
        var type = _bytes[^4..];
        _bytes.RemoveRange(12, _bytes.Count - 12);
        _bytes.AddRange([.. DnsWire.Name(name), .. type]);
        return this;
    }

    /// <param name="name">Whose it is.</param>
    /// <param name="seconds">Its time to live.</param>
    /// <param name="addresses">Of either family.</param>
    public DnsAnswer Address(string name, int seconds, params string[] addresses) => Addresses(0, name, seconds, addresses);

    /// <inheritdoc cref="Address"/>
    public DnsAnswer Glue(string name, int seconds, params string[] addresses) => Addresses(2, name, seconds, addresses);

    public DnsAnswer Alias(string name, int seconds, string target) => Record(0, name, Cname, seconds, DnsWire.Name(target));

    /// <summary>In the section of authority, as of a name that has no such records.</summary>
    public DnsAnswer None(int minimum, int seconds = 3600)
    {
        var data = new byte[22];
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(18), minimum);
        return Record(1, "", Soa, seconds, data);
    }

    public DnsAnswer Service(string name, int seconds, int priority, int weight, int port, string target)
        => Record(0, name, Srv, seconds, [.. DnsWire.Short(priority), .. DnsWire.Short(weight), .. DnsWire.Short(port), .. DnsWire.Name(target)]);

    /// <summary>Any record: sections 0 (answers), 1 (authority) and 2 (additional), in this order.</summary>
    public DnsAnswer Record(int section, string name, int type, int seconds, byte[] data) => Record(section, DnsWire.Name(name), type, seconds, data);

    /// <param name="section">As above.</param>
    /// <param name="name">As on the wire.</param>
    /// <param name="type">Its number.</param>
    /// <param name="seconds">The time to live.</param>
    /// <param name="data">What it says.</param>
    public DnsAnswer Record(int section, byte[] name, int type, int seconds, byte[] data)
    {
        _bytes.AddRange([.. name, .. DnsWire.Short(type), 0, 1, .. DnsWire.Long(seconds), .. DnsWire.Short(data.Length), .. data]);
        _counts[section]++;
        return this;
    }

    /// <summary>Says that there are so many answers, whatever there are.</summary>
    public DnsAnswer Claim(int answers)
    {
        _counts[0] = answers;
        return this;
    }

    public byte[] ToBytes()
    {
        byte[] message = [.. _bytes];
        for (var section = 0; section < 3; section++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6 + (2 * section)), (ushort)_counts[section]);
        }

        return message;
    }

    private DnsAnswer Addresses(int section, string name, int seconds, string[] addresses)
    {
        foreach (var address in addresses.Select(IPAddress.Parse))
        {
            Record(section, name, address.GetAddressBytes().Length == 4 ? A : Aaaa, seconds, address.GetAddressBytes());
        }

        return this;
    }
}
