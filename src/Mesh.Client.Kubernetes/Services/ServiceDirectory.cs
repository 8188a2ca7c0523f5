using System.Collections.Concurrent;
using Mesh.Client.Discovery;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>Takes hosts that the rules do not name for Services: one that is called is looked for, and followed from then on. Thread-safe.</summary>
internal sealed class ServiceDirectory : IHostDirectory, IDisposable
{
    /// <summary>A host that is no Service is not asked for again so soon.</summary>
    internal static readonly TimeSpan AbsenceRemembered = TimeSpan.FromSeconds(30);

    /// <summary>A service that is found and not among the hosts of the rules after this is one that they hide.</summary>
    private static readonly TimeSpan HiddenAfter = HostLookups.Limit + TimeSpan.FromSeconds(1);

    /// <summary>How long a server that says nothing is waited for where it is known what an earlier run found. Calls wait for
    /// <see cref="HostLookups.Limit"/> at most, and the rules have to be swapped within that.</summary>
    private static readonly TimeSpan RestoredAfter = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether services are called, in the time without calls after which they are let go.</summary>
    private const int LooksPerTimeout = 4;

    /// <summary>What a timer can wait.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>Hosts may be taken from user input.</summary>
    private const int MostAbsent = 10_000;

    /// <summary>Services that the server is asked for although no call waits any more, since a slow server answers for the next one: with more of them those that
    /// calls give up are not asked for any longer.</summary>
    internal const int MostUnanswered = 64;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<ResourceKey, FoundService> _found = new();
    private readonly ConcurrentDictionary<string, long> _absent = new(StringComparer.Ordinal);
    private readonly KubernetesCluster _cluster;
    private readonly ServiceWatches _watches;
    private readonly ServiceDocuments _documents;
    private readonly Func<IMeshConfigurationAccessor> _mesh;
    private readonly ITimer _looks;
    private Func<string, bool> _takeUse = static _ => true;
    private IHostMemory? _memory;
    private volatile bool _isDisposed;

    /// <param name="cluster">The cluster.</param>
    /// <param name="watches">The watches of it.</param>
    /// <param name="documents">Where services that are found come to stand.</param>
    /// <param name="mesh">The live rules.</param>
    public ServiceDirectory(KubernetesCluster cluster, ServiceWatches watches, ServiceDocuments documents, Func<IMeshConfigurationAccessor> mesh)
    {
        (_cluster, _watches, _documents, _mesh) = (cluster, watches, documents, mesh);
        _looks = DetachedTimer.Create(cluster.TimeProvider, static directory => directory.EndIdle(), this, "The end of Kubernetes services that are not called", cluster.Logger);
    }

    public void Connect(Func<string, bool> takeUse, IHostMemory? memory) => (_takeUse, _memory) = (takeUse, memory);

    public bool MayKnow(ReadOnlySpan<char> host)
    {
        var rules = _mesh().Current;
        if (!ServiceHost.TryParse(host, rules.Namespace, rules.Domain, out var service) || !_cluster.Includes(service.Namespace) || _isDisposed)
        {
            return false;
        }

        if (_absent.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(host, out var since) && !IsOver(since))
        {
            return false;
        }

        // Few services are found, and fewer of them are strangers to the rules: gone, or hidden by a Sidecar.
        foreach (var (key, found) in _found)
        {
            if (service.Name.SequenceEqual(key.Name) && service.Namespace.SequenceEqual(key.Namespace))
            {
                return found.IsPending || (found.IsThere && found.Age < HiddenAfter);
            }
        }

        return true;
    }

    public async ValueTask<bool> FindAsync(string host, CancellationToken cancellationToken)
    {
        var rules = _mesh().Current;
        if (!ServiceHost.TryParse(host, rules.Namespace, rules.Domain, out var service))
        {
            return false;
        }

        var key = new ResourceKey(service.Namespace.ToString(), service.Name.ToString());
        var found = GetOrBegin(key, $"{key.Name}.{key.Namespace}.svc.{rules.Domain}");
        try
        {
            var isThere = await WaitAsync(found, cancellationToken).ConfigureAwait(false);
            if (isThere)
            {
                ServiceLog.Found(_cluster.Logger, host, key.ToString());
            }
            else if (!found.WasThere)
            {
                Remember(host);
                End(found);
            }

            return isThere;
        }
        catch (KubernetesSourceException)
        {
            // Asked anew, where the mesh sees fit.
            End(found);
            throw;
        }
        finally
        {
            Leave(found);
        }
    }

    public void Dispose()
    {
        List<FoundService> ended;
        lock (_gate)
        {
            _isDisposed = true;
            ended = [.. _found.Values];
            _found.Clear();
        }

        _looks.Dispose();
        ended.ForEach(found => found.Dispose());
    }

    /// <summary>What an earlier run knew stands in for a server that does not answer.</summary>
    private async Task<bool> WaitAsync(FoundService found, CancellationToken cancellationToken)
    {
        if (found.IsThere || _memory?.Find(found.Host) is not { } restored)
        {
            return await found.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        using var patience = new CancellationTokenSource(RestoredAfter, _cluster.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await found.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is KubernetesSourceException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return found.StandIn(restored);
        }
    }

    private FoundService GetOrBegin(ResourceKey key, string host)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_found.TryGetValue(key, out var found))
            {
                if (_found.IsEmpty)
                {
                    LookLater();
                }

                _found[key] = found = new FoundService(key, host, _documents, _cluster, _watches, _memory, Forget);
            }

            found.Waiters++;
            return found;
        }
    }

    private void Leave(FoundService found)
    {
        lock (_gate)
        {
            if (--found.Waiters == 0 && IsUnanswered(found) && _found.Values.Count(IsUnanswered) > MostUnanswered)
            {
                End(found);
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private static bool IsUnanswered(FoundService found) => found is { Waiters: 0, IsPending: true, IsThere: false };

    private void End(FoundService found)
    {
        lock (_gate)
        {
            // Under the lock, so that what it takes out of the rules is not what another, for a call that comes now, has put there.
            if (_found.TryRemove(KeyValuePair.Create(found.Key, found)))
            {
                found.Dispose();
            }
        }
    }

    /// <summary>A service that is not called costs a watch and memory, and some are called once. While the server cannot be asked none is let go: the next
    /// call could not find it.</summary>
    private void EndIdle()
    {
        foreach (var found in _found.Values)
        {
            if (_takeUse(found.Host))
            {
                found.MarkUsed();
            }
            else if (found.IsThere && found.IsCurrent && found.Idle >= _cluster.Options.ServiceIdleTimeout)
            {
                ServiceLog.Idle(_cluster.Logger, found.Key.ToString(), found.Idle);
                End(found);
            }
        }

        lock (_gate)
        {
            if (!_isDisposed && !_found.IsEmpty)
            {
                LookLater();
            }
        }
    }

    private void LookLater()
    {
        if (_cluster.Options.ServiceIdleTimeout != Timeout.InfiniteTimeSpan)
        {
            var pause = _cluster.Options.ServiceIdleTimeout / LooksPerTimeout;
            _looks.Change(pause < LongestPause ? pause : LongestPause, Timeout.InfiniteTimeSpan);
        }
    }

    private void Forget(FoundService found)
    {
        if (!found.IsThere)
        {
            End(found);
        }
    }

    private bool IsOver(long since) => _cluster.TimeProvider.GetElapsedTime(since) >= AbsenceRemembered;

    private void Remember(string host)
    {
        if (_absent.Count >= MostAbsent)
        {
            foreach (var absent in _absent)
            {
                if (IsOver(absent.Value))
                {
                    _absent.TryRemove(absent);
                }
            }
        }

        if (_absent.Count < MostAbsent)
        {
            _absent[host] = _cluster.TimeProvider.GetTimestamp();
        }
    }
}
