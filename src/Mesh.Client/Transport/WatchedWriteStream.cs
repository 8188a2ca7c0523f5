using Mesh.Client.Resilience;

namespace Mesh.Client.Transport;

/// <summary>The transport's side of a request body: tells failures of the connection from those of the body's source, and what moves where silence
/// is limited.</summary>
internal sealed class WatchedWriteStream(Stream inner, CallDeadline? watching) : WriteOnlyStream(inner)
{
    /// <summary>The connection no longer takes what is written.</summary>
    public bool HasFailed { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        watching?.NoteByte();
        try
        {
            Inner.Write(buffer);
            watching?.NoteByte();
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watching?.NoteByte();
        try
        {
            await Inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            watching?.NoteByte();
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
