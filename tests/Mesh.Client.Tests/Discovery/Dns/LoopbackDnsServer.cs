using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>A name server on loopback that answers as the test says and remembers what it was asked.</summary>
internal sealed class LoopbackDnsServer : IDisposable
{
    public const int TypeA = 1;
    public const int TypeAaaa = 28;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ConcurrentDictionary<(string Name, int Type), Reply> _replies = new();
    private readonly ConcurrentQueue<string> _questions = new();

    public LoopbackDnsServer()
    {
        _ = ServeAsync();
    }

    public string Address => _socket.Client.LocalEndPoint!.ToString()!;

    public IReadOnlyList<string> Questions => [.. _questions];

    public void Addresses(string name, int timeToLive, params string[] addresses)
    {
        var parsed = addresses.Select(IPAddress.Parse).ToArray();
        _replies[(name, TypeA)] = new Reply(0, timeToLive, [.. parsed.Where(address => address.AddressFamily == AddressFamily.InterNetwork)]);
        _replies[(name, TypeAaaa)] = new Reply(0, timeToLive, [.. parsed.Where(address => address.AddressFamily == AddressFamily.InterNetworkV6)]);
    }

    public void Code(string name, int type, int code) => _replies[(name, type)] = new Reply(code, 0, []);

    public void Silent(string name, int type) => _replies[(name, type)] = new Reply(-1, 0, []);

    /// <summary>The time to live of negative answers.</summary>
    public int NegativeTimeToLive { get; set; } = 7;

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync();
                var (name, type, end) = ReadQuestion(query.Buffer);
                _questions.Enqueue($"{(type == TypeA ? "A" : "AAAA")} {name}");
                var reply = _replies.GetValueOrDefault((name, type)) ?? new Reply(3, 0, []);
                if (reply.Code >= 0)
                {
                    await _socket.SendAsync(Write(query.Buffer.AsSpan(0, end), reply, type), query.RemoteEndPoint);
                }
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The end of the test.
        }
    }

    private static (string Name, int Type, int End) ReadQuestion(byte[] message)
    {
        var name = new StringBuilder();
        var at = 12;
        while (message[at] != 0)
        {
            name.Append(Encoding.ASCII.GetString(message, at + 1, message[at])).Append('.');
            at += message[at] + 1;
        }

        return (name.ToString().TrimEnd('.'), BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at + 1)), at + 5);
    }

    private byte[] Write(ReadOnlySpan<byte> question, Reply reply, int type)
    {
        var message = new List<byte>(question.ToArray());
        message[2] = 0x81;
        message[3] = (byte)(0x80 | reply.Code);
        var isNegative = reply.Addresses.Count == 0 && reply.Code is 0 or 3;
        message[7] = (byte)reply.Addresses.Count;
        message[9] = (byte)(isNegative ? 1 : 0);
        message[11] = 0;
        foreach (var address in reply.Addresses)
        {
            WriteRecord(message, type, reply.TimeToLive, address.GetAddressBytes());
        }

        if (isNegative)
        {
            // Root names, four zero numbers and the minimum.
            var soa = new byte[22];
            BinaryPrimitives.WriteInt32BigEndian(soa.AsSpan(18), NegativeTimeToLive);
            WriteRecord(message, 6, 3600, soa);
        }

        return [.. message];
    }

    private static void WriteRecord(List<byte> message, int type, int timeToLive, byte[] data)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(head, 0xC00C);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(head[4..], 1);
        BinaryPrimitives.WriteInt32BigEndian(head[6..], timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(head[10..], (ushort)data.Length);
        message.AddRange(head);
        message.AddRange(data);
    }

    private sealed record Reply(int Code, int TimeToLive, IReadOnlyList<IPAddress> Addresses);
}
