using System.Text;
using System.Threading.Channels;

namespace Mesh.Client.TestKit;

/// <summary>A body whose bytes come when the test says so; a read waits for them and heeds its token.</summary>
internal sealed class HeldStream : Stream
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private int _waiting;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>All that was pushed is read, and the reader waits for more.</summary>
    public bool IsDrained => _pieces.Reader.Count == 0 && Volatile.Read(ref _waiting) > 0;

    /// <summary>The next bytes, at most what a reader takes at once.</summary>
    public void Push(string text) => _pieces.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    /// <summary>The last ones.</summary>
    public void End(string text = "")
    {
        if (text.Length > 0)
        {
            Push(text);
        }

        _pieces.Writer.TryComplete();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_pieces.Reader.TryRead(out var piece))
        {
            var more = _pieces.Reader.WaitToReadAsync(cancellationToken);
            Interlocked.Increment(ref _waiting);
            try
            {
                if (!await more.ConfigureAwait(false) || !_pieces.Reader.TryRead(out piece))
                {
                    return 0;
                }
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        piece.CopyTo(buffer);
        return piece.Length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
