using System.Buffers.Binary;
using System.Text;

namespace Mesh.Client.TestKit;

/// <summary>A question that came to a <see cref="ScriptedDnsServer"/>.</summary>
/// <param name="Message">As it was sent.</param>
/// <param name="IsConnection">It came over TCP.</param>
/// <param name="Send">Sends bytes as they are, of a connection without the length in front.</param>
internal sealed record DnsQuery(byte[] Message, bool IsConnection, Func<byte[], Task> Send)
{
    private (string Name, int Type, int End)? _question;

    public string Name => Question.Name;

    public int Type => Question.Type;

    /// <summary>Where the question ends and other records begin.</summary>
    public int End => Question.End;

    public bool HasEdns => BinaryPrimitives.ReadUInt16BigEndian(Message.AsSpan(10)) > 0;

    /// <summary>As tests write it: <c>A reviews</c>, of a connection <c>TCP A reviews</c>.</summary>
    public string Text => $"{(IsConnection ? "TCP " : "")}{DnsWire.TypeName(Type)} {Name}";

    private (string Name, int Type, int End) Question => _question ??= Read(Message);

    /// <summary>An answer to it, as yet without records.</summary>
    public DnsAnswer Answer() => new(this);

    /// <summary>Sends a message, of a connection with its length in front.</summary>
    public Task SendAsync(byte[] message)
    {
        if (!IsConnection)
        {
            return Send(message);
        }

        var framed = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        return Send(framed);
    }

    public Task SendAsync(DnsAnswer answer) => SendAsync(answer.ToBytes());

    private static (string Name, int Type, int End) Read(byte[] message)
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
}
