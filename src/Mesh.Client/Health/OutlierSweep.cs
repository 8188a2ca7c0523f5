using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Health;

/// <summary>Looks at a cluster's ejected endpoints once per interval. Its timer exists only while there is something to look at: an
/// ejected endpoint, or one whose ejections are not forgotten yet.</summary>
internal sealed class OutlierSweep(ClusterState cluster, OutlierDetector detector, TimeProvider timeProvider, ILogger? logger)
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Stopped = 2;

    /// <summary>For the rest of a sweep whose policy was taken away: Istio's default.</summary>
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10);

    private int _state = Idle;
    private ITimer? _timer;

    public void Start()
    {
        if (Interlocked.CompareExchange(ref _state, Running, Idle) != Idle)
        {
            return;
        }

        var timer = DetachedTimer.Create(timeProvider, static sweep => sweep.Sweep(), this, "The sweep of outlier detection", logger);
        Volatile.Write(ref _timer, timer);
        timer.Change(Interval, Timeout.InfiniteTimeSpan);
        if (Volatile.Read(ref _state) == Stopped)
        {
            timer.Dispose();
        }
    }

    public void Stop()
    {
        Volatile.Write(ref _state, Stopped);
        Volatile.Read(ref _timer)?.Dispose();
    }

    private TimeSpan Interval => cluster.Model.Policy.OutlierDetection?.Interval ?? DefaultInterval;

    private void Sweep()
    {
        if (Volatile.Read(ref _state) != Running)
        {
            return;
        }

        var now = timeProvider.GetTimestamp();
        var isPolicyGone = cluster.Model.Policy.OutlierDetection is null;
        var hasReturned = false;
        foreach (var endpoint in cluster.Endpoints.All)
        {
            var health = endpoint.Health;
            if (!endpoint.IsEjected)
            {
                if (health.EjectionMultiplier > 0)
                {
                    Interlocked.Decrement(ref health.EjectionMultiplier);
                }
            }
            else if (isPolicyGone || health.EjectedUntil <= now)
            {
                health.ConsecutiveServerErrors = 0;
                health.ConsecutiveGatewayErrors = 0;
                hasReturned |= detector.Return(cluster, endpoint);
            }
        }

        if (hasReturned)
        {
            AvailableEndpoints.Publish(cluster);
        }

        if (HasWork())
        {
            Volatile.Read(ref _timer)!.Change(Interval, Timeout.InfiniteTimeSpan);
            return;
        }

        Volatile.Read(ref _timer)!.Dispose();
        Interlocked.CompareExchange(ref _state, Idle, Running);

        // An ejection that found the sweep running relied on it.
        if (HasWork())
        {
            Start();
        }
    }

    private bool HasWork()
    {
        foreach (var endpoint in cluster.Endpoints.All)
        {
            if (endpoint.IsEjected || endpoint.Health.EjectionMultiplier > 0)
            {
                return true;
            }
        }

        return false;
    }
}
