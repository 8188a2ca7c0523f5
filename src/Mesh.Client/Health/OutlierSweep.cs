using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Health;

/// <summary>Looks at a cluster's endpoints once per interval. Its timer exists only while there is something to look at: an ejected endpoint,
/// one whose ejections are not forgotten yet, or calls that a policy counts, the first of which begins an interval.</summary>
internal sealed class OutlierSweep(ClusterState cluster, OutlierDetector detector, TimeProvider timeProvider, ILogger? logger)
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Stopped = 2;

    /// <summary>For the rest of a sweep whose policy was taken away: Istio's default.</summary>
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10);

    private int _state = Idle;
    private ITimer? _timer;
    private int _isTold;

    public void Start()
    {
        // Read first: where rates are counted every call comes here, and mostly the sweep runs.
        if (Volatile.Read(ref _state) != Idle || Interlocked.CompareExchange(ref _state, Running, Idle) != Idle)
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

    /// <summary>To be called after the policy changed: a sweep that is waited for goes by the new interval from here on.</summary>
    public void OnPolicyChanged()
    {
        if (Volatile.Read(ref _state) == Running)
        {
            Volatile.Read(ref _timer)?.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>True once, for what operators need to hear of the cluster only once.</summary>
    public bool TryTell() => Volatile.Read(ref _isTold) == 0 && Interlocked.Exchange(ref _isTold, 1) == 0;

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

        var all = cluster.Endpoints.All;
        var policy = cluster.Model.Policy.OutlierDetection;
        if (ReturnDue(all, policy is null))
        {
            AvailableEndpoints.Publish(cluster);
        }

        var hadCalls = RateEjection.TakeBuckets(all);
        if (hadCalls && policy is { Extension.CountsCalls: true })
        {
            RateEjection.Eject(detector, cluster, all, policy);
        }

        if (hadCalls || HasWork())
        {
            Volatile.Read(ref _timer)!.Change(Interval, Timeout.InfiniteTimeSpan);
            return;
        }

        Volatile.Read(ref _timer)!.Dispose();
        Interlocked.CompareExchange(ref _state, Idle, Running);

        // An ejection, or a call, that found the sweep running relied on it.
        if (HasWork())
        {
            Start();
        }
    }

    private bool ReturnDue(EndpointState[] all, bool isPolicyGone)
    {
        var now = timeProvider.GetTimestamp();
        var hasReturned = false;
        foreach (var endpoint in all)
        {
            var health = endpoint.Health;
            if (!endpoint.IsEjected)
            {
                if (health.EjectionMultiplier > 0)
                {
                    Interlocked.Decrement(ref health.EjectionMultiplier);
                }
            }
            else if (health.EjectedUntil <= now || (isPolicyGone && !health.IsEjectedByHand))
            {
                health.ClearCounters();
                hasReturned |= detector.Return(cluster, endpoint);
            }
        }

        return hasReturned;
    }

    /// <summary>What an operator ejected without an end needs no look.</summary>
    private bool HasWork()
    {
        foreach (var endpoint in cluster.Endpoints.All)
        {
            var health = endpoint.Health;
            if ((endpoint.IsEjected && health.EjectedUntil != long.MaxValue) || health.EjectionMultiplier > 0 || Volatile.Read(ref health.Calls) != 0)
            {
                return true;
            }
        }

        return false;
    }
}
