using System.Net;

namespace Mesh.Client.Transport;

/// <summary>
/// A request body that can be read once only. It remembers that it was touched, since half of it must not be sent again, and whether it was
/// its own source that failed: then the caller could not produce it, and no endpoint is to blame.
/// </summary>
internal sealed class CallerContent : HttpContent
{
    private readonly HttpContent _inner;

    public CallerContent(HttpContent inner)
    {
        _inner = inner;
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    /// <summary>What the application gave.</summary>
    public HttpContent Inner => _inner;

    /// <summary>A transport has begun to read it.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>Its source failed while the transport was still taking it.</summary>
    public bool HasFailed { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsTouched = true;
        var target = new WatchedWriteStream(stream);
        try
        {
            await _inner.CopyToAsync(target, context, cancellationToken).ConfigureAwait(false);
        }
        catch when (!target.HasFailed && !cancellationToken.IsCancellationRequested)
        {
            HasFailed = true;
            throw;
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsTouched = true;
        var target = new WatchedWriteStream(stream);
        try
        {
            _inner.CopyTo(target, context, cancellationToken);
        }
        catch when (!target.HasFailed && !cancellationToken.IsCancellationRequested)
        {
            HasFailed = true;
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        var known = _inner.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }
}
