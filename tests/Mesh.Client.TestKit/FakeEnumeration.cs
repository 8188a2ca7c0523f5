using System.Threading.Channels;

namespace Mesh.Client.TestKit;

/// <summary>One enumeration of a <see cref="FakeEndpointSource"/>.</summary>
internal sealed class FakeEnumeration
{
    private readonly Channel<MeshEndpointSet> _sets = Channel.CreateUnbounded<MeshEndpointSet>();

    public ChannelReader<MeshEndpointSet> Sets => _sets.Reader;

    public void Push(MeshEndpointSet set) => Assert(_sets.Writer.TryWrite(set));

    /// <summary>Throws after what was pushed before.</summary>
    public void Fail(Exception error) => Assert(_sets.Writer.TryComplete(error));

    /// <summary>Ends after what was pushed before.</summary>
    public void End() => Assert(_sets.Writer.TryComplete());

    private static void Assert(bool isOpen)
    {
        if (!isOpen)
        {
            throw new InvalidOperationException("The enumeration is over.");
        }
    }
}
