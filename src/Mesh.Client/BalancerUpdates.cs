using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>Lets the policy of a cluster work out what it needs to know about its endpoints: the least of it before they are published, the rest
/// in the background, once for changes that follow each other closely.</summary>
internal sealed class BalancerUpdates(ClusterState cluster, TimeProvider timeProvider, ILogger? logger) : IEndpointSetListener
{
    private const int Idle = 0;
    private const int Pending = 1;
    private const int Stopped = 2;

    /// <summary>Between a change and the work for it: a deployment comes as many changes.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private int _state = Idle;
    private ITimer? _timer;

    public void OnPublishing(EndpointSet current, EndpointSet next) => Balancer.Prepare(current, next, Port);

    public void OnPublished()
    {
        if (Balancer.IsComplete(cluster.Endpoints) || Interlocked.CompareExchange(ref _state, Pending, Idle) != Idle)
        {
            return;
        }

        var timer = _timer ??= DetachedTimer.Create(timeProvider, static updates => updates.Complete(), this, "Building a table of consistent hashing", logger);
        timer.Change(Pause, Timeout.InfiniteTimeSpan);
        if (Volatile.Read(ref _state) == Stopped)
        {
            timer.Dispose();
        }
    }

    /// <summary>From here on <paramref name="next"/> picks.</summary>
    public void Replace(Balancer next)
    {
        next.Prepare(EndpointSet.Empty, cluster.Endpoints, Port);
        var previous = Balancer;
        cluster.Balancer = next;
        previous.Stop();

        // By a full fence: of this and of the end of the cluster at once, one sees the other.
        if (Interlocked.CompareExchange(ref _state, Stopped, Stopped) == Stopped)
        {
            next.Stop();
        }

        // For a set that was published meanwhile, and prepared by the policy before.
        OnPublished();
    }

    public void Stop()
    {
        if (Interlocked.Exchange(ref _state, Stopped) != Stopped)
        {
            Volatile.Read(ref _timer)?.Dispose();
            Balancer.Stop();
        }
    }

    private Balancer Balancer => (Balancer)cluster.Balancer!;

    /// <summary>Where endpoints without a port of their own are dialled.</summary>
    private int Port => cluster.Model.Port?.TargetPort ?? cluster.Key.Port;

    private void Complete()
    {
        var (endpoints, balancer) = (cluster.Endpoints, Balancer);
        try
        {
            balancer.Complete(endpoints, Port);
        }
        finally
        {
            Interlocked.CompareExchange(ref _state, Idle, Pending);
        }

        // Whoever published during the work found it pending, and relied on it.
        if (cluster.Endpoints != endpoints || Balancer != balancer)
        {
            OnPublished();
        }
    }
}
