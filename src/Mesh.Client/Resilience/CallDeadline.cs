using System.Collections.Concurrent;

namespace Mesh.Client.Resilience;

/// <summary>
/// One timer for a whole call, joined with the caller's own token: from the route to the end of the response, every attempt and wait
/// inside. Pooled, since a source with a timer costs more than everything else a call allocates.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private const int PoolLimit = 256;
    private static readonly ConcurrentQueue<CancellationTokenSource> Pool = new();

    private readonly bool _isPooled;
    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _registration;
    private bool _hasExpired;

    private CallDeadline(CancellationTokenSource source, bool isPooled, CancellationToken parent)
    {
        _source = source;
        _isPooled = isPooled;
        Parent = parent;
    }

    /// <summary>Not to be asked for after <see cref="Dispose"/>: the source may serve another call by then.</summary>
    public CancellationToken Token => Volatile.Read(ref _source)?.Token ?? CancellationToken.None;

    /// <summary>The caller's own token.</summary>
    public CancellationToken Parent { get; }

    /// <summary>The time ran out, and it was not the caller who gave up.</summary>
    public bool HasExpired => (Volatile.Read(ref _source)?.IsCancellationRequested ?? _hasExpired) && !Parent.IsCancellationRequested;

    public static CallDeadline Start(TimeSpan time, TimeProvider timeProvider, CancellationToken parent)
    {
        CancellationTokenSource? source = null;
        var isPooled = timeProvider == TimeProvider.System;
        if (isPooled && Pool.TryDequeue(out source))
        {
            source.CancelAfter(time);
        }

        source ??= new CancellationTokenSource(time, timeProvider);
        var deadline = new CallDeadline(source, isPooled, parent);
        if (parent.CanBeCanceled)
        {
            deadline._registration = parent.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        }

        return deadline;
    }

    public void Dispose()
    {
        var source = Volatile.Read(ref _source);
        if (source is null)
        {
            return;
        }

        _hasExpired = source.IsCancellationRequested;
        if (Interlocked.Exchange(ref _source, null) is null)
        {
            return;
        }

        _registration.Dispose();
        if (_isPooled && source.TryReset() && Pool.Count < PoolLimit)
        {
            Pool.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }
}
