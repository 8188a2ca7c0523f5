using System.Text;
using System.Threading.Channels;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>The body of a watch, which a test writes while it is read.</summary>
internal sealed class ScriptedStream : Stream
{
    private readonly Channel<ReadOnlyMemory<byte>> _parts = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Somebody waits for what it will say.</summary>
    public bool IsRead { get; private set; }

    /// <summary>Parts that nobody has taken yet.</summary>
    public int Unread => _parts.Reader.Count;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Line(string text) => Part(text + "\n");

    public void Part(string text) => _parts.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    /// <summary>In good order.</summary>
    public void End() => _parts.Writer.Complete();

    /// <summary>As a connection breaks.</summary>
    public void Break() => _parts.Writer.Complete(new IOException("The connection is gone."));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        IsRead = true;
        while (_rest.IsEmpty)
        {
            if (!await _parts.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }

            _parts.Reader.TryRead(out _rest);
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
