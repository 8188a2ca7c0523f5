using System.Net;
using Mesh.Client.Resilience;

namespace Mesh.Client.Transport;

/// <summary>
/// A request body that can be read once only, or whose bytes count against silence. It remembers that it was touched, since half of it must not
/// be sent again, and whether it was its own source that failed: then the caller could not produce it, and no endpoint is to blame.
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

    /// <summary>Hears of its bytes while they are sent; null where silence is not limited. For the attempts to come.</summary>
    public CallDeadline? Deadline { private get; set; }

    /// <summary>It ended while the connection did not take what its source had.</summary>
    public bool IsBlocked { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsTouched = true;
        var watching = Deadline;
        var target = new WatchedWriteStream(stream, watching);
        watching?.BeginTransfer();
        try
        {
            await _inner.CopyToAsync(target, context, cancellationToken).ConfigureAwait(false);
        }
        catch when (!target.HasFailed && !cancellationToken.IsCancellationRequested)
        {
            HasFailed = true;
            throw;
        }
        finally
        {
            IsBlocked = target.HasFailed;
            watching?.EndTransfer();
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsTouched = true;
        var watching = Deadline;
        var target = new WatchedWriteStream(stream, watching);
        watching?.BeginTransfer();
        try
        {
            _inner.CopyTo(target, context, cancellationToken);
        }
        catch when (!target.HasFailed && !cancellationToken.IsCancellationRequested)
        {
            HasFailed = true;
            throw;
        }
        finally
        {
            IsBlocked = target.HasFailed;
            watching?.EndTransfer();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        var known = _inner.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }
}
