namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Bytes that come in pieces of given lengths, by turns.</summary>
internal sealed class PiecewiseStream(byte[] bytes, int[] pieces) : MemoryStream(bytes)
{
    private int _turn;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => base.ReadAsync(buffer[..Math.Min(buffer.Length, pieces[_turn++ % pieces.Length])], cancellationToken);
}
