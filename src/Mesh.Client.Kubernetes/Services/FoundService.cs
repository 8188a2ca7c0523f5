using Mesh.Client.Discovery;
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
    private readonly IHostMemory? _memory;
    private readonly Action<FoundService> _forget;
    private readonly WatchLease<ServiceObject> _watch;
    private readonly ITimer _end;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _wasThere;
    private bool _isDisposed;
    private long _addedAt;
    private long _usedAt;
    private volatile bool _isThere;
    private volatile int _isQueued;

    /// <param name="key">The service.</param>
    /// <param name="host">Its full name.</param>
    /// <param name="documents">Where it comes to stand.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="watches">The watches of it.</param>
    /// <param name="memory">Told of it, for the next run; null where none is kept.</param>
    /// <param name="forget">Called when nobody needs this any more.</param>
    public FoundService(
        ResourceKey key, string host, ServiceDocuments documents, KubernetesCluster cluster, ServiceWatches watches, IHostMemory? memory, Action<FoundService> forget)
    {
        (_key, Host, _documents, _cluster, _memory, _forget) = (key, host, documents, cluster, memory, forget);
        _end = DetachedTimer.Create(cluster.TimeProvider, static found => found._forget(found), this, "The end of a Kubernetes service that is gone", cluster.Logger);
        _watch = watches.Service(key, Queue);
        Queue();
    }

    public ResourceKey Key => _key;

    /// <summary>Its full name.</summary>
    public string Host { get; }

    /// <summary>Calls that wait for the answer, by name of the host; guarded by the directory's lock.</summary>
    public int Waiters { get; set; }

    /// <summary>The server has not answered yet.</summary>
    public bool IsPending => !_answered.Task.IsCompleted;

    /// <summary>It stands in the rules.</summary>
    public bool IsThere => _isThere;

    /// <summary>The server has said last how it stands, and did not fail since.</summary>
    public bool IsCurrent => _watch.Watch.Status.State == ResourceState.Current;

    /// <summary>It stood there once.</summary>
    public bool WasThere => Volatile.Read(ref _wasThere);

    /// <summary>Time since it came to stand there.</summary>
    public TimeSpan Age => _cluster.TimeProvider.GetElapsedTime(Volatile.Read(ref _addedAt));

    /// <summary>Time since it came to stand there, or there was last seen to be a call.</summary>
    public TimeSpan Idle => _cluster.TimeProvider.GetElapsedTime(Volatile.Read(ref _usedAt));

    /// <summary>There were calls.</summary>
    public void MarkUsed() => Volatile.Write(ref _usedAt, _cluster.TimeProvider.GetTimestamp());

    /// <summary>Waits for the server's answer.</summary>
    /// <exception cref="KubernetesSourceException">The server cannot be asked, or does not allow it.</exception>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _isThere || _watch.Watch.FirstAnswer.IsCompleted
            ? _isThere
            : throw new KubernetesSourceException(_watch.Watch.Status.Problem ?? "The API server does not answer.");
    }

    /// <summary>Has it stand in the rules as it did in an earlier run, until the server answers.</summary>
    /// <returns>Whether it stands there now, for that or another reason.</returns>
    public bool StandIn(RestoredHost restored)
    {
        lock (_gate)
        {
            if (!_isDisposed && !_isThere && !_watch.Watch.FirstAnswer.IsCompleted)
            {
                ServiceLog.Restored(_cluster.Logger, _key.ToString(), restored.Age, _watch.Watch.Status.Problem ?? "it has not answered yet");
                Stand(restored.Document);
            }

            return _isThere;
        }
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
            _memory?.Forget(Host);
            if (_isThere)
            {
                _isThere = false;
                _documents.Set(_key, null);
                ServiceLog.Gone(_cluster.Logger, _key.ToString());
            }

            return;
        }

        if (!_isThere && _wasThere)
        {
            ServiceLog.Back(_cluster.Logger, _key.ToString());
        }

        var document = ServiceDocument.Of(_key, service);
        _memory?.Keep(Host, document);
        Stand(document);
    }

    private void Stand(MeshDocument document)
    {
        if (!_isThere)
        {
            Volatile.Write(ref _addedAt, _cluster.TimeProvider.GetTimestamp());
            MarkUsed();
        }

        _documents.Set(_key, document);
        _end.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _wasThere = _isThere = true;
    }
}
