using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>Writes on, and keeps a copy up to a bound. One side writes while the other may stop the keeping.</summary>
internal sealed class MirroredStream(Stream inner, MirrorSender sender) : WriteOnlyStream(inner)
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

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Keep(buffer);
        Inner.Write(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Keep(buffer.Span);
        return Inner.WriteAsync(buffer, cancellationToken);
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
