using Mesh.Client.Kubernetes.Access;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>The watches of one resource: one for each scope that somebody follows, begun for the first and ended a while after the last has left, so that
/// who comes back soon finds everything known. Thread-safe.</summary>
/// <param name="create">Makes a watch that is not started.</param>
/// <param name="timeProvider">The clock of the while.</param>
/// <param name="logger">Where the unexpected is told.</param>
internal sealed class WatchPool<T>(Func<ResourceScope, ResourceWatch<T>> create, TimeProvider timeProvider, ILogger logger) : IDisposable
    where T : class
{
    /// <summary>Longer than any back-off after which a source of endpoints is asked anew.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceScope, Shared> _watches = [];
    private bool _isDisposed;

    /// <summary>How many watches there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _watches.Count;
            }
        }
    }

    /// <summary>Follows the objects of a scope.</summary>
    /// <param name="scope">Which objects.</param>
    /// <param name="wake">As for <see cref="ResourceWatch{T}.Subscribe"/>.</param>
    /// <exception cref="ObjectDisposedException">The pool has ended.</exception>
    public WatchLease<T> Follow(ResourceScope scope, Action wake)
    {
        Shared? shared;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_watches.TryGetValue(scope, out shared))
            {
                _watches.Add(scope, shared = new Shared(scope, create(scope)));
            }

            shared.Uses++;
            shared.End?.Dispose();
            shared.End = null;
        }

        var subscription = shared.Watch.Subscribe(wake);
        shared.Watch.Start();
        return new WatchLease<T>(shared.Watch, subscription, isExpectedBack => Leave(shared, isExpectedBack));
    }

    public void Dispose()
    {
        List<Shared> ended;
        lock (_gate)
        {
            _isDisposed = true;
            ended = [.. _watches.Values];
            _watches.Clear();
        }

        ended.ForEach(End);
    }

    private void Leave(Shared shared, bool isExpectedBack)
    {
        lock (_gate)
        {
            if (--shared.Uses > 0 || _isDisposed)
            {
                return;
            }

            if (isExpectedBack)
            {
                shared.End = DetachedTimer.Create(timeProvider, static end => end.Pool.EndIfUnused(end.Shared), new Ending(this, shared), "The end of a Kubernetes watch", logger);
                shared.End.Change(Linger, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        EndIfUnused(shared);
    }

    private void EndIfUnused(Shared shared)
    {
        lock (_gate)
        {
            if (shared.Uses > 0 || !_watches.Remove(shared.Scope))
            {
                return;
            }
        }

        End(shared);
    }

    private static void End(Shared shared)
    {
        shared.End?.Dispose();
        shared.Watch.Dispose();
    }

    private sealed class Shared(ResourceScope scope, ResourceWatch<T> watch)
    {
        public ResourceScope Scope { get; } = scope;

        public ResourceWatch<T> Watch { get; } = watch;

        public int Uses { get; set; }

        public ITimer? End { get; set; }
    }

    private sealed record Ending(WatchPool<T> Pool, Shared Shared);
}
