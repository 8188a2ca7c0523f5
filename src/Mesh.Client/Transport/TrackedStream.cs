namespace Mesh.Client.Transport;

/// <summary>Passes everything on and tells its content when the body ends. An upgraded connection stays writable.</summary>
internal sealed class TrackedStream(TrackedContent content, Stream inner) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanTimeout => inner.CanTimeout;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int ReadTimeout
    {
        get => inner.ReadTimeout;
        set => inner.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => inner.WriteTimeout;
        set => inner.WriteTimeout = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        using var cut = content.CutAtDeadline();
        try
        {
            var read = inner.Read(buffer);
            if (read == 0)
            {
                content.ThrowIfCut();
            }

            EndIfEmpty(read, buffer.Length);
            return read;
        }
        catch (Exception exception)
        {
            throw content.Fail(exception, CancellationToken.None);
        }
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var token = content.LinkToken(cancellationToken);
        try
        {
            var read = await inner.ReadAsync(buffer, token.Token).ConfigureAwait(false);
            EndIfEmpty(read, buffer.Length);
            return read;
        }
        catch (Exception exception)
        {
            throw content.Fail(exception, cancellationToken);
        }
    }

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        => content.WatchesSilence ? base.CopyToAsync(destination, bufferSize, cancellationToken) : CopyAtOnceAsync(destination, bufferSize, cancellationToken);

    private async Task CopyAtOnceAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        using var token = content.LinkToken(cancellationToken);
        try
        {
            await inner.CopyToAsync(destination, bufferSize, token.Token).ConfigureAwait(false);
            content.EndOfBody();
        }
        catch (Exception exception)
        {
            throw content.Fail(exception, cancellationToken);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        content.NoteByte();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        content.NoteByte();
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        content.EndOfBody();
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.EndOfBody();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Zero bytes into a buffer that could take some is the end; zero-length reads only wait for data.</summary>
    private void EndIfEmpty(int read, int capacity)
    {
        if (read == 0 && capacity > 0)
        {
            content.EndOfBody();
        }
    }
}
