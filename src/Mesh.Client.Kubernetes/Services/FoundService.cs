using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>A Service that was called: its document stands in the rules as long as it is there. Thread-safe.</summary>
internal sealed class FoundService : IDisposable
{
    /// <summary>How long one that is gone is watched for its return.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly ResourceKey _key;
    private readonly ServiceDocuments _documents;
    private readonly KubernetesCluster _cluster;
    private readonly Action<FoundService> _forget;
    private readonly WatchLease<ServiceObject> _watch;
    private readonly ITimer _end;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _wasThere;
    private bool _isDisposed;
    private long _addedAt;
    private volatile bool _isThere;
    private volatile int _isQueued;

    public FoundService(
        ResourceKey key, ServiceDocuments documents, KubernetesCluster cluster, ServiceWatches watches, Action<FoundService> forget)
    {
        (_key, _documents, _cluster, _forget) = (key, documents, cluster, forget);
        _end = DetachedTimer.Create(cluster.TimeProvider, static found => found._forget(found), this, "The end of a Kubernetes service that is gone", cluster.Logger);
        _watch = watches.Service(key, Queue);
        Queue();
    }

    public ResourceKey Key => _key;

    /// <summary>The server has not answered yet.</summary>
    public bool IsPending => !_answered.Task.IsCompleted;

    /// <summary>It stands in the rules.</summary>
    public bool IsThere => _isThere;

    /// <summary>It stood there once.</summary>
    public bool WasThere => Volatile.Read(ref _wasThere);

    /// <summary>Time since it came to stand there.</summary>
    public TimeSpan Age => _cluster.TimeProvider.GetElapsedTime(Volatile.Read(ref _addedAt));

    /// <summary>Waits for the server's answer.</summary>
    /// <exception cref="KubernetesSourceException">The server cannot be asked, or does not allow it.</exception>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _isThere || _watch.Watch.FirstAnswer.IsCompleted
            ? _isThere
            : throw new KubernetesSourceException(_watch.Watch.Status.Problem ?? "The API server does not answer.");
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _end.Dispose();
        if (_wasThere)
        {
            _watch.Dispose();
        }
        else
        {
            _watch.Abandon();
        }

        if (_isThere)
        {
            _documents.Set(_key, null);
        }
    }

    /// <summary>On the thread of the watch, which is not to be held up.</summary>
    private void Queue()
    {
        if (Interlocked.Exchange(ref _isQueued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static found => Background.Run(found, static found => found.Update(), "The update of a Kubernetes service", found._cluster.Logger), this, preferLocal: false);
        }
    }

    private void Update()
    {
        _isQueued = 0;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            var watch = _watch.Watch;
            if (watch.FirstAnswer.IsCompleted)
            {
                Take(watch.Objects.GetValueOrDefault(_key)?.Value);
                _answered.TrySetResult();
            }
            else if (watch.Status.State == ResourceState.Failed)
            {
                _answered.TrySetResult();
            }
        }
    }

    private void Take(ServiceObject? service)
    {
        if (service is null)
        {
            // Watched for its return, or until the call that asked would ask again.
            _end.Change(_wasThere ? Remembered : ServiceDirectory.AbsenceRemembered, Timeout.InfiniteTimeSpan);
            if (_isThere)
            {
                _isThere = false;
                _documents.Set(_key, null);
                ServiceLog.Gone(_cluster.Logger, _key.ToString());
            }

            return;
        }

        if (!_isThere)
        {
            Volatile.Write(ref _addedAt, _cluster.TimeProvider.GetTimestamp());
        }

        _documents.Set(_key, ServiceDocument.Of(_key, service));
        _end.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!_isThere && _wasThere)
        {
            ServiceLog.Back(_cluster.Logger, _key.ToString());
        }

        _wasThere = _isThere = true;
    }
}
