namespace Mesh.Client.Pipeline;

/// <summary>Writes on, and keeps a copy up to a bound. One side writes while the other may stop the keeping.</summary>
internal sealed class MirroredStream(Stream inner, MirrorSender sender) : Stream
{
    private readonly Lock _gate = new();
    private MemoryStream? _copy = new();

    /// <summary>Nothing is missing so far.</summary>
    public bool IsKept
    {
        get
        {
            lock (_gate)
            {
                return _copy is not null;
            }
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Keep(buffer);
        inner.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Keep(buffer.Span);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>Null where too much came, or nothing is kept any more.</summary>
    public byte[]? ToArray()
    {
        lock (_gate)
        {
            return _copy?.ToArray();
        }
    }

    /// <summary>Idempotent.</summary>
    public void StopKeeping()
    {
        lock (_gate)
        {
            if (_copy is { } copy)
            {
                sender.StopKeeping(copy.Length);
                _copy = null;
            }
        }
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Keep(ReadOnlySpan<byte> buffer)
    {
        lock (_gate)
        {
            if (_copy is not { } copy)
            {
                return;
            }

            if (copy.Length + buffer.Length <= MirrorSender.LargestBody && sender.TryKeep(buffer.Length))
            {
                copy.Write(buffer);
            }
            else
            {
                sender.StopKeeping(copy.Length);
                _copy = null;
            }
        }
    }
}
