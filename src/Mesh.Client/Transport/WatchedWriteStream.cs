namespace Mesh.Client.Transport;

/// <summary>The transport's side of a request body: tells failures of the connection from those of the body's source.</summary>
internal sealed class WatchedWriteStream(Stream inner) : WriteOnlyStream(inner)
{
    /// <summary>The connection no longer takes what is written.</summary>
    public bool HasFailed { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            Inner.Write(buffer);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await Inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public override void Flush()
    {
        try
        {
            Inner.Flush();
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }
}
