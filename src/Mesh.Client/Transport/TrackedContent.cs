using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;

namespace Mesh.Client.Transport;

/// <summary>
/// A response body that says when it ends, so that calls in flight are counted to the last byte. One that is neither read nor disposed
/// is given back by its finalizer and counted as a leak.
/// </summary>
internal sealed class TrackedContent : HttpContent, IMeshResultCarrier
{
    private readonly MeshCall _call;
    private readonly HttpContent _inner;
    private int _isEnded;

    /// <param name="call">The call.</param>
    /// <param name="response">Its answer, whose content is to be replaced by this one.</param>
    public TrackedContent(MeshCall call, HttpResponseMessage response)
    {
        _call = call;
        _inner = response.Content;
        call.EndPerTry();
        var isEmpty = call.Request.Method == HttpMethod.Head || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified;
        foreach (var (name, values) in _inner.Headers.NonValidated)
        {
            isEmpty |= values.Count == 1 && name == "Content-Length" && values.ToString() == "0";
            if (values.Count == 1)
            {
                Headers.TryAddWithoutValidation(name, values.ToString());
            }
            else
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        if (isEmpty)
        {
            // Without a body the call ends with its headers; nobody need read or dispose it.
            EndOfBody();
        }
    }

    /// <summary>Reached only where nobody read to the end or disposed: the collector stands in for the caller.</summary>
    ~TrackedContent()
    {
        // A constructor that threw leaves nothing to give back. What there is may wait for others, which a finalizer must not.
        if (_call is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static content => Background.Run(
                    content, static content => content.GiveBack(), "The return of a leaked response", content._call.Runtime.BackgroundLogger),
                this,
                preferLocal: false);
        }
    }

    public MeshResult Result => _call.ToResult();

    /// <summary>The token under which the body is read: the call's deadline still runs.</summary>
    internal CallToken LinkToken(CancellationToken cancellationToken) => new(_call.Deadline, cancellationToken);

    /// <summary>The body ended well.</summary>
    internal void EndOfBody() => End(CallOutcome.Success, isFailure: false);

    /// <summary>A synchronous read takes no token: the end of the call's time cuts the body itself.</summary>
    internal CancellationTokenRegistration CutAtDeadline()
        => _call.Deadline is { } deadline
            ? deadline.Token.UnsafeRegister(static content => ((TrackedContent)content!).Cut(), this)
            : default;

    /// <summary>Reading failed: the exception that the caller gets. Never returns the one it was given: that is thrown on as it is.</summary>
    internal Exception Fail(Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || _call.CallerToken.IsCancellationRequested)
        {
            End(CallOutcome.CallerCancelled, isFailure: true);
        }
        else if (_call.Deadline is { HasExpired: true })
        {
            _call.Flags |= MeshResponseFlags.UpstreamRequestTimeout;
            End(CallOutcome.Timeout, isFailure: true);
            return new MeshRequestException(HttpRequestError.ResponseEnded, CallErrors.BodyTimedOut(_call), exception, _call.ToResult());
        }
        else if (IsOfTheConnection(exception))
        {
            End(CallOutcome.Reset, isFailure: true);
        }

        ExceptionDispatchInfo.Throw(exception);
        return exception;
    }

    /// <summary>Told apart from failures of the stream that the caller copies to, a full disk for one.</summary>
    private static bool IsOfTheConnection(Exception exception)
    {
        var cause = exception is HttpRequestException { InnerException: { } inner } ? inner : exception;
        return cause is HttpIOException or HttpRequestException or IOException { InnerException: SocketException };
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var token = LinkToken(cancellationToken);
        try
        {
            await _inner.CopyToAsync(stream, context, token.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Fail(exception, cancellationToken);
        }

        EndOfBody();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var cut = CutAtDeadline();
        try
        {
            _inner.CopyTo(stream, context, cancellationToken);
        }
        catch (Exception exception)
        {
            throw Fail(exception, cancellationToken);
        }

        EndOfBody();
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        var inner = _inner.ReadAsStreamAsync(cancellationToken);
        return inner.IsCompletedSuccessfully ? Task.FromResult<Stream>(new TrackedStream(this, inner.Result)) : WrapAsync(inner);

        async Task<Stream> WrapAsync(Task<Stream> stream) => new TrackedStream(this, await stream.ConfigureAwait(false));
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
        => new TrackedStream(this, _inner.ReadAsStream(cancellationToken));

    /// <summary>The length stands in the copied headers where it is known.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // In this order: a read that breaks because of it is not the endpoint's failure.
            EndOfBody();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>In the deadline's timer.</summary>
    private void Cut() => Background.Run(
        _inner, static body => body.Dispose(), "The end of a response body whose time is over", _call.Runtime.BackgroundLogger);

    private void GiveBack()
    {
        if (End(CallOutcome.Success, isFailure: false))
        {
            _call.Runtime.Telemetry.CountLeakedResponse(_call.Host.Host.Name);
        }
    }

    private bool End(CallOutcome outcome, bool isFailure)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
        {
            return false;
        }

#pragma warning disable CA1816 // reading to the end is as good as disposing
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
        if (isFailure)
        {
            _call.Report(outcome);
        }

        _call.Release();
        return true;
    }
}
