using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>States that no rule names: made by calls that began under older rules and asked for their cluster after <see cref="Apply"/>.
/// Such calls need endpoints like any other, and nobody else would ever end what was made for them.</summary>
internal sealed partial class ClusterManager
{
    /// <summary>Far longer than such a call can wait for its first endpoints.</summary>
    private static readonly TimeSpan StragglerLife = TimeSpan.FromMinutes(1);

    private ITimer? _stragglersEnd;
    private long _stragglersEndAt;

    /// <summary>Under the lock. Before the first rules there are no older ones.</summary>
    private void EndStragglersLater()
    {
        if (_newest is null)
        {
            return;
        }

        _stragglersEndAt = DetachedTimer.After(_timeProvider, _timeProvider.GetTimestamp(), StragglerLife);
        _stragglersEnd ??= DetachedTimer.Create(
            _timeProvider, static manager => manager.EndStragglers(), this, "The end of clusters that no rule names", _backgroundLogger);
        _stragglersEnd.Change(StragglerLife, Timeout.InfiniteTimeSpan);
    }

    private void EndStragglers()
    {
        var ended = new List<ClusterMembership>();
        List<WatchedService> released;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (_timeProvider.GetTimestamp() < _stragglersEndAt)
            {
                // Another one came while this waited for the lock.
                _stragglersEnd?.Change(StragglerLife, Timeout.InfiniteTimeSpan);
                return;
            }

            _stragglersEnd?.Dispose();
            _stragglersEnd = null;
            foreach (var (key, state) in _states)
            {
                if (_newest?.FindCluster(key.Cluster)?.SubsetText != key.Labels)
                {
                    Remove(key, state, ended);
                }
            }

            released = Release(out _);
        }

        End(ended, released);
    }
}
