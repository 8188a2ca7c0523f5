using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Mesh.Client.Discovery.Dns;

/// <summary>One question to one name server and its answer, by datagram and, where that does not hold it, over a connection.</summary>
internal sealed class DnsExchange
{
    /// <summary>Datagrams that are no answer to the question before the server, or whoever sends in its name, is given up on.</summary>
    private const int MaximumStrays = 32;

    /// <summary>What was asked for fits; a longer datagram is cut off and asked for again over a connection.</summary>
    private const int ReceiveLength = 4096;

    private readonly IPEndPoint _server;
    private readonly Action<IPEndPoint, DnsQuestion> _strayed;

    /// <param name="server">Whom to ask.</param>
    /// <param name="strayed">Told of a question that got something else than its answer.</param>
    public DnsExchange(IPEndPoint server, Action<IPEndPoint, DnsQuestion> strayed)
    {
        _server = server;
        _strayed = strayed;
    }

    /// <exception cref="DiscoveryException">No answer that can be read.</exception>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<DnsMessage> AskAsync(DnsQuestion question, bool hasEdns, bool byConnection, CancellationToken cancellationToken)
    {
        if (!byConnection)
        {
            var answer = await AskByDatagramAsync(question, hasEdns, cancellationToken).ConfigureAwait(false);

            // What cannot be read to the end was mostly cut off by something on the way.
            if (!answer.IsTruncated && answer.IsWhole)
            {
                return answer;
            }
        }

        return await AskByConnectionAsync(question, hasEdns, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Neither seeded nor predictable: who guesses it can answer in place of the server.</summary>
    private static ushort NewId() => (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);

    private static bool IsAnswer(DnsMessage message, ushort id, DnsQuestion question) => message.IsResponse && message.Id == id
        && (message.Question?.IsSame(question) ?? (message.Code != DnsResponseCode.NoError && message.Answers.Count == 0));

    private async Task<DnsMessage> AskByDatagramAsync(DnsQuestion question, bool hasEdns, CancellationToken cancellationToken)
    {
        // Connected, so that the system passes over what others send, and reports a port that nobody listens on. A socket of its own has a
        // port that cannot be foreseen.
        using var socket = new Socket(_server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_server, cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(ReceiveLength);
        try
        {
            var id = NewId();
            var length = DnsMessageWriter.Write(buffer, id, question, hasEdns);
            await socket.SendAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            for (var strays = 0; strays < MaximumStrays; strays++)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(0, ReceiveLength), cancellationToken).ConfigureAwait(false);
                if (DnsMessageReader.Read(buffer.AsSpan(0, received)) is { } message && IsAnswer(message, id, question))
                {
                    return message;
                }

                _strayed(_server, question);
            }

            throw new DiscoveryException($"{_server} sent {MaximumStrays} datagrams that do not answer {question}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<DnsMessage> AskByConnectionAsync(DnsQuestion question, bool hasEdns, CancellationToken cancellationToken)
    {
        using var socket = new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_server, cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket);
        await using (stream.ConfigureAwait(false))
        {
            // Length and message in one piece, as servers expect it (RFC 7766, section 8).
            var sent = new byte[2 + DnsMessageWriter.MaximumLength];
            var id = NewId();
            var length = DnsMessageWriter.Write(sent.AsSpan(2), id, question, hasEdns);
            BinaryPrimitives.WriteUInt16BigEndian(sent, (ushort)length);
            await stream.WriteAsync(sent.AsMemory(0, 2 + length), cancellationToken).ConfigureAwait(false);

            await stream.ReadExactlyAsync(sent.AsMemory(0, 2), cancellationToken).ConfigureAwait(false);
            var received = new byte[BinaryPrimitives.ReadUInt16BigEndian(sent)];
            await stream.ReadExactlyAsync(received, cancellationToken).ConfigureAwait(false);
            if (DnsMessageReader.Read(received) is not { } message || !IsAnswer(message, id, question))
            {
                _strayed(_server, question);
                throw new DiscoveryException($"{_server} sent something over a connection that does not answer {question}");
            }

            return message is { IsTruncated: false, IsWhole: true }
                ? message
                : throw new DiscoveryException($"{_server} sent an answer to {question} that is cut off or cannot be read, over a connection too");
        }
    }
}
