using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Resilience;

namespace Mesh.Client.Transport;

/// <summary>
/// A response body that says when it ends, so that calls in flight are counted to the last byte. One that is neither read nor disposed
/// is given back by its finalizer and counted as a leak.
/// </summary>
internal sealed class TrackedContent : EndpointContent
{
    private readonly MeshRuntime? _runtime;
    private readonly CancellationToken _callerToken;
    private readonly EndpointTransport? _transport;
    private CallDeadline? _deadline;
    private PoolHold _pool;
    private DeadlineCause _cause;
    private volatile bool _isCut;
    private readonly bool _isCounted;
    private int _isEnded;

    public TrackedContent(MeshCall call, HttpContent inner)
        : base(call, inner)
    {
        call.HandOver(out _transport, out _deadline, out _pool, out _isCounted);
        _callerToken = call.CallerToken;
        _runtime = call.Runtime;
    }

    /// <summary>Reached only where nobody read to the end or disposed: the collector stands in for the caller.</summary>
    ~TrackedContent()
    {
        // A constructor that threw leaves nothing to give back. What there is may wait for others, which a finalizer must not.
        if (_runtime is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static content => Background.Run(
                    content, static content => content.GiveBack(), "The return of a leaked response", content._runtime!.BackgroundLogger),
                this,
                preferLocal: false);
        }
    }

    /// <summary>The token under which the body is read: the call's deadline still runs.</summary>
    internal CallToken LinkToken(CancellationToken cancellationToken) => new(Volatile.Read(ref _deadline), cancellationToken);

    /// <summary>The body ended well.</summary>
    internal void EndOfBody() => End(CallOutcome.Success, isFailure: false);

    /// <summary>A synchronous read takes no token: the end of the call's time cuts the body itself.</summary>
    internal BodyCut CutAtDeadline()
        => Volatile.Read(ref _deadline) is { } deadline
            ? new(deadline, deadline.Token.UnsafeRegister(static content => ((TrackedContent)content!).Cut(), this))
            : default;

    /// <summary>Each read is to be seen, since the silence between them is limited.</summary>
    internal bool WatchesSilence => Volatile.Read(ref _deadline) is { WatchesSilence: true };

    /// <summary>An upgraded connection was written to, which ends a silence as well.</summary>
    internal void NoteByte()
    {
        if (Volatile.Read(ref _deadline) is { WatchesSilence: true } deadline)
        {
            deadline.NoteByte();
        }
    }

    /// <summary>To a synchronous reader a body that was cut may look as if it had come to its end.</summary>
    internal void ThrowIfCut()
    {
        if (_isCut)
        {
            _callerToken.ThrowIfCancellationRequested();
            throw new IOException("The response body was cut while it was read.");
        }
    }

    /// <summary>Reading failed: the exception that the caller gets. Never returns the one it was given: that is thrown on as it is.</summary>
    internal Exception Fail(Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || _callerToken.IsCancellationRequested)
        {
            End(CallOutcome.CallerCancelled, isFailure: true);
        }
        else if ((Volatile.Read(ref _deadline)?.Cause ?? _cause) is var cause and not DeadlineCause.None)
        {
            Flags |= CallErrors.FlagOf(cause);
            End(cause == DeadlineCause.Inherited ? CallOutcome.CallerCancelled : CallOutcome.Timeout, isFailure: true);
            return new MeshRequestException(HttpRequestError.ResponseEnded, CallErrors.BodyTimedOut(Path, cause), exception, Result);
        }
        else if (IsOfTheConnection(exception))
        {
            Flags |= CallErrors.FlagOf(exception);
            End(CallOutcome.Reset, isFailure: true);
        }

        ExceptionDispatchInfo.Throw(exception);
        return exception;
    }

    /// <summary>The same where the whole body is wanted: what a stream throws as an IOException is a failed request then, and retraces the call.</summary>
    private Exception FailWhole(Exception exception, CancellationToken cancellationToken)
    {
        try
        {
            return Fail(exception, cancellationToken);
        }
        catch (Exception failure) when ((Flags & (MeshResponseFlags.UpstreamConnectionTermination | MeshResponseFlags.UpstreamRemoteReset)) != 0 && IsOfTheConnection(failure))
        {
            return CallErrors.BodyBroken(Path, failure, Result);
        }
    }

    /// <summary>Told apart from failures of the stream that the caller copies to, a full disk or the client's own limit for one.</summary>
    private static bool IsOfTheConnection(Exception exception)
    {
        var cause = exception is HttpRequestException { InnerException: { } inner } ? inner : exception;
        return cause is HttpIOException
            or HttpRequestException { HttpRequestError: not HttpRequestError.ConfigurationLimitExceeded }
            or IOException { InnerException: SocketException };
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (WatchesSilence)
        {
            var body = await CreateContentReadStreamAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await body.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException exception)
            {
                throw FailWhole(exception, cancellationToken);
            }

            return;
        }

        using var token = LinkToken(cancellationToken);
        try
        {
            await Inner.CopyToAsync(stream, context, token.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw FailWhole(exception, cancellationToken);
        }

        EndOfBody();
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (WatchesSilence)
        {
            try
            {
                CreateContentReadStream(cancellationToken).CopyTo(stream);
            }
            catch (IOException exception)
            {
                throw FailWhole(exception, cancellationToken);
            }

            return;
        }

        using var cut = CutAtDeadline();
        try
        {
            Inner.CopyTo(stream, context, cancellationToken);
            ThrowIfCut();
        }
        catch (Exception exception)
        {
            throw FailWhole(exception, cancellationToken);
        }

        EndOfBody();
    }

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        var inner = Inner.ReadAsStreamAsync(cancellationToken);
        return inner.IsCompletedSuccessfully ? Task.FromResult<Stream>(new TrackedStream(this, inner.Result)) : WrapAsync(inner);

        async Task<Stream> WrapAsync(Task<Stream> stream) => new TrackedStream(this, await stream.ConfigureAwait(false));
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
        => new TrackedStream(this, Inner.ReadAsStream(cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // In this order: a read that breaks because of it is not the endpoint's failure.
            EndOfBody();
        }

        base.Dispose(disposing);
    }

    /// <summary>In the deadline's timer.</summary>
    private void Cut()
    {
        _isCut = true;
        Background.Run(this, static content => content.DisposeInner(), "The end of a response body whose time is over", _runtime!.BackgroundLogger);
    }

    private void DisposeInner()
    {
        try
        {
            Inner.Dispose();
        }
        catch
        {
            // It goes on to its own end.
            _isCut = false;
            throw;
        }
    }

    private void GiveBack()
    {
        if (End(CallOutcome.Success, isFailure: false))
        {
            _runtime!.Telemetry.CountLeakedResponse(Path.Host);
        }
    }

    private void ReportToBreakers(CallOutcome outcome)
    {
        if (outcome != CallOutcome.CallerCancelled && ClusterResilience.Of(Path.Cluster!).Limits is { } limits)
        {
            _runtime!.CircuitBreakers.Report(Path.Cluster!, Path.Endpoint!, limits, isFailure: true, _runtime.TimeProvider.GetTimestamp());
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
            _runtime!.OutlierDetector.Report(Path.Cluster!, Path.Endpoint!, outcome);
            ReportToBreakers(outcome);
        }

        _transport?.EndCall();
        _pool.Leave();
        if (_isCounted)
        {
            ClusterResilience.Of(Path.Cluster!).LeaveConcurrency();
        }

        Path.Endpoint!.EndCall();
        if (_deadline is { } deadline)
        {
            _cause = deadline.Cause;
            Volatile.Write(ref _deadline, null);
            deadline.Dispose();
        }

        return true;
    }
}
