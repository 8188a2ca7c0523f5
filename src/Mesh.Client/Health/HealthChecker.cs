using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Health;

/// <summary>Active health checks as Envoy does them. A cluster whose rules ask for none has no state here, and no timer.</summary>
internal sealed class HealthChecker
{
    private const string ListenerName = "A listener to health checks";

    private readonly OutlierDetector _outliers;
    private readonly MeshRandom _random;

    /// <param name="probe">What asks.</param>
    /// <param name="outliers">Whose ejections a pass ends.</param>
    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="random">The mesh's chance.</param>
    /// <param name="logger">Where failures of the checks' own work are told.</param>
    public HealthChecker(IHealthProbe probe, OutlierDetector outliers, TimeProvider timeProvider, MeshRandom random, ILogger? logger)
    {
        (Probe, _outliers, TimeProvider, _random, Logger) = (probe, outliers, timeProvider, random, logger);
        outliers.EndpointEjected += (cluster, endpoint, _) => Suspect(cluster, endpoint);
    }

    /// <summary>A check was made and its result counted; raised without a lock, on any thread.</summary>
    public event Action<ClusterState, bool>? Checked;

    /// <summary>A check keeps calls away from an endpoint from now on, for the reason that is named.</summary>
    public event Action<ClusterState, EndpointState, string>? EndpointFailed;

    /// <summary>A check that kept calls away no longer does.</summary>
    public event Action<ClusterState, EndpointState>? EndpointRecovered;

    public IHealthProbe Probe { get; }

    public TimeProvider TimeProvider { get; }

    public ILogger? Logger { get; }

    /// <summary>To be called after the cluster's rules or endpoints changed.</summary>
    public void Update(ClusterState cluster)
    {
        if (cluster.Model.Policy.HealthChecks.Count > 0)
        {
            cluster.GetHealthChecks(this, static (cluster, owner) => new ClusterChecks(cluster, owner)).Update();
        }
        else
        {
            ChecksOf(cluster)?.Update();
        }
    }

    /// <summary>Ends the checks of a cluster that no rule names any more; there will be no others.</summary>
    public void Stop(ClusterState cluster) => cluster.GetHealthChecks(this, static (cluster, owner) => new ClusterChecks(cluster, owner)).Stop();

    /// <summary>An attempt was made. No lock, no allocation.</summary>
    /// <param name="cluster">The cluster.</param>
    public static void OnCall(ClusterState cluster) => ChecksOf(cluster)?.OnCall();

    /// <summary>Something speaks against the endpoint: checks that ask suspects alone ask it.</summary>
    public static void Suspect(ClusterState cluster, EndpointState endpoint) => ChecksOf(cluster)?.Suspect(endpoint);

    /// <summary>An answer to a call said that the endpoint is to get no more of them. Means nothing where nobody checks it, as with Envoy: it would
    /// stay away for ever.</summary>
    public void FailAtOnce(ClusterState cluster, EndpointState endpoint, string reason)
    {
        var news = ChecksOf(cluster)?.Fail(endpoint) ?? 0;
        if (news == 0)
        {
            return;
        }

        for (var check = 0; check < news; check++)
        {
            MarkFailed(endpoint, reason);
        }

        AvailableEndpoints.Publish(cluster);
        for (var check = 0; check < news; check++)
        {
            TellFailed(cluster, endpoint, reason);
        }
    }

    internal TimeSpan Draw(TimeSpan jitter) => jitter > TimeSpan.Zero ? jitter * _random.NextDouble() : TimeSpan.Zero;

    internal void Complete(ClusterState cluster, EndpointState endpoint, in HealthCheckResult result, bool hasChanged, HealthCheckConfiguration configuration)
    {
        Tell(Checked, (cluster, result.IsHealthy), static (listeners, told) => listeners(told.cluster, told.IsHealthy));
        if (hasChanged && result.IsHealthy)
        {
            endpoint.EndFailedCheck();
            if (!endpoint.IsFailing)
            {
                endpoint.Health.CheckFailure = null;
                endpoint.RestartAge(TimeProvider.GetTimestamp());
            }

        }
        else if (hasChanged)
        {
            MarkFailed(endpoint, result.Reason);
        }

        var isReturned = false;
        if (result.IsHealthy)
        {
            ConnectFailureMark.Clear(endpoint);
            isReturned = configuration.EndsEjections && !endpoint.IsFailing && _outliers.ReturnHealthy(cluster, endpoint);
        }

        if (hasChanged || isReturned)
        {
            AvailableEndpoints.Publish(cluster);
        }

        // Once picks go by it: who is told may ask the mesh.
        if (hasChanged && result.IsHealthy)
        {
            Tell(EndpointRecovered, (cluster, endpoint), static (listeners, told) => listeners(told.cluster, told.endpoint));
        }
        else if (hasChanged)
        {
            TellFailed(cluster, endpoint, result.Reason);
        }
    }

    private static ClusterChecks? ChecksOf(ClusterState cluster) => (ClusterChecks?)cluster.HealthChecks;

    private static void MarkFailed(EndpointState endpoint, string reason)
    {
        endpoint.Health.CheckFailure = reason;
        endpoint.BeginFailedCheck();
    }

    private void TellFailed(ClusterState cluster, EndpointState endpoint, string reason)
        => Tell(EndpointFailed, (cluster, endpoint, reason), static (listeners, told) => listeners(told.cluster, told.endpoint, told.reason));

    private void Tell<TListeners, TState>(TListeners? listeners, TState state, Action<TListeners, TState> tell)
        where TListeners : Delegate
    {
        if (listeners is not null)
        {
            Background.Run((listeners, state, tell), static told => told.tell(told.listeners, told.state), ListenerName, Logger);
        }
    }
}
