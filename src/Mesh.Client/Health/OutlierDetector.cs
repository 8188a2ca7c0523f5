using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Health;

/// <summary>Consecutive-error ejection as Envoy does it: inline at the threshold, un-ejection only at the sweep.</summary>
/// <param name="timeProvider">The mesh's clock.</param>
/// <param name="logger">Where failures of listeners and of the sweep are told.</param>
internal sealed class OutlierDetector(TimeProvider timeProvider, ILogger? logger = null)
{
    /// <summary>Envoy's default for <c>max_ejection_time</c>, which Istio does not expose; a longer base time takes its place.</summary>
    private static readonly TimeSpan MaximumEjectionTime = TimeSpan.FromSeconds(300);

    private const string ServerErrors = "errors";
    private const string GatewayErrors = "gateway errors";
    private const string ListenerName = "A listener to ejections";

    /// <summary>An endpoint went out of balance. Raised on the thread of the call that did it.</summary>
    public event Action<ClusterState, EndpointState, Ejection>? EndpointEjected;

    /// <summary>An ejected endpoint came back into balance.</summary>
    public event Action<ClusterState, EndpointState>? EndpointReturned;

    /// <summary>Counts one attempt and ejects where the threshold is reached. No lock, no allocation unless something is ejected.</summary>
    public void Report(ClusterState cluster, EndpointState endpoint, CallOutcome outcome)
    {
        if (cluster.Model.Policy.OutlierDetection is not { } policy)
        {
            return;
        }

        var health = endpoint.Health;
        switch (outcome)
        {
            case CallOutcome.Success:
                Reset(ref health.ConsecutiveServerErrors);
                Reset(ref health.ConsecutiveGatewayErrors);
                break;
            case CallOutcome.ServerError:
                Reset(ref health.ConsecutiveGatewayErrors);
                Count(cluster, endpoint, policy, ref health.ConsecutiveServerErrors, policy.Consecutive5xxErrors, ServerErrors);
                break;
            case CallOutcome.GatewayError:
            case CallOutcome.ConnectFailure:
            case CallOutcome.Reset:
            case CallOutcome.Timeout:
                Count(cluster, endpoint, policy, ref health.ConsecutiveGatewayErrors, policy.ConsecutiveGatewayErrors, GatewayErrors);
                Count(cluster, endpoint, policy, ref health.ConsecutiveServerErrors, policy.Consecutive5xxErrors, ServerErrors);
                break;
            case CallOutcome.CallerCancelled:
            case CallOutcome.ClientFault:
            default:
                break;
        }
    }

    /// <summary>To be called after the cluster's rules changed. Without outlier detection everything is in balance and nothing remembered.</summary>
    public void OnPolicyChanged(ClusterState cluster)
    {
        if (cluster.Model.Policy.OutlierDetection is null)
        {
            foreach (var endpoint in cluster.Endpoints.All)
            {
                endpoint.Health.EjectionMultiplier = 0;
                endpoint.Health.ConsecutiveServerErrors = 0;
                endpoint.Health.ConsecutiveGatewayErrors = 0;
                Return(cluster, endpoint);
            }
        }

        AvailableEndpoints.Publish(cluster);
    }

    /// <summary>To be called after the published set has lost <paramref name="endpoint"/>: it no longer counts as ejected.</summary>
    public static void Forget(ClusterState cluster, EndpointState endpoint)
    {
        if (endpoint.TryEndEjection())
        {
            cluster.RemoveEjected();
        }
    }

    /// <summary>Ends the sweep of a cluster that no rule names any more; there will be no other.</summary>
    public void Stop(ClusterState cluster) => SweepOf(cluster).Stop();

    /// <summary>Ends the ejection, if there is one, without publishing.</summary>
    internal bool Return(ClusterState cluster, EndpointState endpoint)
    {
        if (!endpoint.TryEndEjection())
        {
            return false;
        }

        cluster.RemoveEjected();
        if (EndpointReturned is { } listeners)
        {
            Background.Run((listeners, cluster, endpoint), static told => told.listeners(told.cluster, told.endpoint), ListenerName, logger);
        }

        return true;
    }

    private static void Reset(ref int counter)
    {
        // Read first: the line is shared by all calls to the endpoint and almost always clean.
        if (Volatile.Read(ref counter) != 0)
        {
            Volatile.Write(ref counter, 0);
        }
    }

    private void Count(ClusterState cluster, EndpointState endpoint, OutlierDetectionConfiguration policy, ref int counter, int threshold, string kind)
    {
        // Beyond the threshold too: it may have been lowered below what was counted already.
        if (Interlocked.Increment(ref counter) < threshold || threshold <= 0)
        {
            return;
        }

        // Whether it is ejected or spared: the next attempt needs a whole new run of errors.
        Volatile.Write(ref counter, 0);
        Eject(cluster, endpoint, policy, threshold, kind);
    }

    private void Eject(ClusterState cluster, EndpointState endpoint, OutlierDetectionConfiguration policy, int threshold, string kind)
    {
        if (!endpoint.TryBeginEjection())
        {
            return;
        }

        var all = cluster.Endpoints.All;
        if (!all.Contains(endpoint) || !TryReserve(cluster, all.Length, policy.MaxEjectionPercent))
        {
            endpoint.CancelEjection();
            return;
        }

        var maximum = policy.BaseEjectionTime > MaximumEjectionTime ? policy.BaseEjectionTime : MaximumEjectionTime;
        var health = endpoint.Health;
        if (health.EjectionMultiplier * policy.BaseEjectionTime < maximum + policy.BaseEjectionTime)
        {
            Interlocked.Increment(ref health.EjectionMultiplier);
        }

        var wanted = policy.BaseEjectionTime * health.EjectionMultiplier;
        var duration = wanted < maximum ? wanted : maximum;
        health.EjectedUntil = DetachedTimer.After(timeProvider, timeProvider.GetTimestamp(), duration);
        endpoint.CompleteEjection();
        AvailableEndpoints.Publish(cluster);

        // Discovery may have dropped it between the look and the publication; then nobody else would take it off the count.
        if (!cluster.Endpoints.All.Contains(endpoint))
        {
            Forget(cluster, endpoint);
            return;
        }

        SweepOf(cluster).Start();
        if (EndpointEjected is { } listeners)
        {
            var ejection = new Ejection(string.Create(CultureInfo.InvariantCulture, $"{threshold} {kind} in a row"), duration);
            Background.Run(
                (listeners, cluster, endpoint, ejection), static told => told.listeners(told.cluster, told.endpoint, told.ejection), ListenerName, logger);
        }
    }

    private static bool TryReserve(ClusterState cluster, int endpoints, int maximumPercent)
    {
        while (true)
        {
            var ejected = cluster.Ejected;
            if (100L * (ejected + 1) > (long)maximumPercent * endpoints)
            {
                return false;
            }

            if (cluster.TryAddEjected(ejected))
            {
                return true;
            }
        }
    }

    private OutlierSweep SweepOf(ClusterState cluster) =>
        cluster.GetSweep(
            (detector: this, timeProvider, logger),
            static (cluster, with) => new OutlierSweep(cluster, with.detector, with.timeProvider, with.logger));
}
