using System.Net;

namespace Mesh.Client.Pipeline;

/// <summary>A request body of which a copy is kept while it is sent, up to a bound: the caller's may be gone when the mirrors get theirs.</summary>
internal sealed class MirroredContent : HttpContent
{
    private readonly MirrorSender _sender;
    private MirroredStream? _stream;
    private bool _isWhole;

    public MirroredContent(HttpContent inner, MirrorSender sender)
    {
        (Inner, _sender) = (inner, sender);
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    /// <summary>What the application gave.</summary>
    public HttpContent Inner { get; }

    /// <summary>The body as it was sent last; null where it was not sent to its end, or is longer than is kept.</summary>
    public byte[]? Copy => Volatile.Read(ref _isWhole) ? _stream?.ToArray() : null;

    /// <summary>The call is over: what is still being sent is kept no longer.</summary>
    public void StopKeeping() => Volatile.Read(ref _stream)?.StopKeeping();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var tee = Begin(stream);
        await Inner.CopyToAsync(tee, context, cancellationToken).ConfigureAwait(false);
        End(tee);
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var tee = Begin(stream);
        Inner.CopyTo(tee, context, cancellationToken);
        End(tee);
    }

    protected override bool TryComputeLength(out long length)
    {
        var known = Inner.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }

    private MirroredStream Begin(Stream stream)
    {
        Volatile.Write(ref _isWhole, false);
        StopKeeping();
        var begun = new MirroredStream(stream, _sender);
        Volatile.Write(ref _stream, begun);
        return begun;
    }

    private void End(MirroredStream stream) => Volatile.Write(ref _isWhole, stream.IsKept);
}
