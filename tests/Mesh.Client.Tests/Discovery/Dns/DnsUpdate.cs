using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>Changes records of a running name server (RFC 2136), without a trace of the old ones for anybody who asks afterwards.</summary>
internal static class DnsUpdate
{
    private const int Any = 255;

    /// <param name="server">Where it listens.</param>
    /// <param name="zone">The zone.</param>
    /// <param name="changes">All or none of them: <c>one 1 A 10.0.0.1</c> adds a record; <c>-one A</c> removes those of a type, <c>-one</c> all of a
    /// name. Names belong to the zone but where they end with a dot.</param>
    public static async Task SendAsync(IPEndPoint server, string zone, IReadOnlyCollection<string> changes)
    {
        List<byte> message =
        [
            .. DnsWire.Short(1), 0x28, 0, .. DnsWire.Short(1), .. DnsWire.Short(0), .. DnsWire.Short(changes.Count), .. DnsWire.Short(0),
            .. DnsWire.Name(zone), .. DnsWire.Short(DnsAnswer.Soa), .. DnsWire.Short(1),
        ];
        foreach (var change in changes)
        {
            message.AddRange(Write(change, zone));
        }

        using var client = new TcpClient();
        await client.ConnectAsync(server);
        var stream = client.GetStream();
        await stream.WriteAsync((byte[])[.. DnsWire.Short(message.Count), .. message]);
        var answer = new byte[14];
        await stream.ReadExactlyAsync(answer);
        var code = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(4)) & 0xF;
        Assert.Equal(0, code);
    }

    private static byte[] Write(string change, string zone)
    {
        var words = change.TrimStart('-').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = DnsWire.Name(Full(words[0], zone));
        if (change.StartsWith('-'))
        {
            var removed = words.Length > 1 ? DnsWire.TypeOf(words[1]) : Any;
            return [.. name, .. DnsWire.Short(removed), .. DnsWire.Short(Any), .. DnsWire.Long(0), .. DnsWire.Short(0)];
        }

        var type = DnsWire.TypeOf(words[2]);
        if (type is DnsAnswer.Cname or DnsAnswer.Srv)
        {
            words[^1] = Full(words[^1], zone);
        }

        var data = DnsWire.Data(type, words.AsSpan(3));
        return [.. name, .. DnsWire.Short(type), .. DnsWire.Short(1), .. DnsWire.Long(int.Parse(words[1], CultureInfo.InvariantCulture)), .. DnsWire.Short(data.Length), .. data];
    }

    private static string Full(string name, string zone) => name.EndsWith('.') ? name : $"{name}.{zone}";
}
