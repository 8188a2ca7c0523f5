using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>The checks of one cluster. Whoever changes rules or members calls <see cref="Update"/> afterwards, which reads both anew.</summary>
internal sealed class ClusterChecks(ClusterState cluster, HealthChecker owner)
{
    private readonly Lock _gate = new();
    private HealthCheckRun[] _runs = [];
    private EndpointState[]? _endpoints;
    private long _calledAt = owner.TimeProvider.GetTimestamp();
    private bool _wasCalled;
    private bool _isStopped;

    public ClusterState Cluster { get; } = cluster;

    private ReadOnlySpan<HealthCheckRun> Runs => Volatile.Read(ref _runs);

    /// <summary>A call went to the cluster.</summary>
    public void OnCall()
    {
        // Read first: the line is shared by all calls to the cluster and almost always says so already.
        if (!Volatile.Read(ref _wasCalled))
        {
            Volatile.Write(ref _wasCalled, true);
        }
    }

    public bool IsIdle(long now, TimeSpan after)
    {
        if (Volatile.Read(ref _wasCalled))
        {
            Volatile.Write(ref _wasCalled, false);
            Volatile.Write(ref _calledAt, now);
        }

        return owner.TimeProvider.GetElapsedTime(Volatile.Read(ref _calledAt), now) >= after;
    }

    public void Update()
    {
        var hasReturned = false;
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            var wanted = Cluster.Model.Policy.HealthChecks;
            var endpoints = Cluster.Endpoints.All;
            var previous = _runs;
            if (!wanted.SequenceEqual(previous.Select(run => run.Configuration)))
            {
                hasReturned = Replace(wanted, endpoints, previous);
            }
            else if (!ReferenceEquals(endpoints, _endpoints))
            {
                foreach (var run in previous)
                {
                    run.Update(endpoints, null);
                }
            }

            _endpoints = endpoints;
        }

        if (hasReturned)
        {
            AvailableEndpoints.Publish(Cluster);
        }
    }

    public void Suspect(EndpointState endpoint)
    {
        foreach (var run in Runs)
        {
            run.Suspect(endpoint);
        }
    }

    /// <summary>The endpoint said by itself that it is not well.</summary>
    /// <returns>How many checks did not know.</returns>
    public int Fail(EndpointState endpoint)
    {
        var news = 0;
        foreach (var run in Runs)
        {
            news += run.Fail(endpoint) ? 1 : 0;
        }

        return news;
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            Array.ForEach(_runs, run => run.Dispose());
        }
    }

    /// <summary>Checks that did not change go on; one that takes the place of another goes on with what that found, until its own first result:
    /// a changed interval must not bring a dead endpoint back. Under the lock.</summary>
    /// <returns>Whether an endpoint may be available again.</returns>
    private bool Replace(ValueList<HealthCheckConfiguration> wanted, EndpointState[] endpoints, HealthCheckRun[] previous)
    {
        var next = new HealthCheckRun[wanted.Count];
        var left = previous.ToList();
        for (var index = 0; index < next.Length; index++)
        {
            if (left.Find(run => run.Configuration == wanted[index]) is { } same)
            {
                left.Remove(same);
                next[index] = same;
            }
        }

        var hasReturned = false;
        for (var index = 0; index < next.Length; index++)
        {
            if (next[index] is { } kept)
            {
                kept.Update(endpoints, null);
                continue;
            }

            var replaced = index < previous.Length && left.Contains(previous[index]) ? previous[index] : null;
            replaced?.Dispose();
            next[index] = new HealthCheckRun(this, wanted[index], owner);
            next[index].Update(endpoints, replaced);
            if (replaced is not null)
            {
                left.Remove(replaced);
            }
        }

        foreach (var run in left)
        {
            run.Dispose();
            foreach (var endpoint in run.GetFailing())
            {
                endpoint.EndFailedCheck();
                hasReturned = true;
            }
        }

        Volatile.Write(ref _runs, next);
        return hasReturned;
    }
}
