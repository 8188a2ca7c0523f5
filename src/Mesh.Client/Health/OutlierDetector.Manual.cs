using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>Ejection by operators. It counts for <c>maxEjectionPercent</c> of the others and is not bounded by it.</summary>
internal sealed partial class OutlierDetector
{
    /// <summary>Also of an endpoint that is ejected already: what the operator says takes the place of what was.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="endpoint">Its endpoint.</param>
    /// <param name="duration">It comes back at the first sweep after that; null: only by <see cref="ReturnByHand"/>.</param>
    /// <returns>False where the cluster does not have the endpoint, or no longer.</returns>
    public bool EjectByHand(ClusterState cluster, EndpointState endpoint, TimeSpan? duration)
    {
        var wait = default(SpinWait);
        bool isNew;
        while (!(isNew = endpoint.TryBeginEjection()) && !endpoint.TryReopenEjection())
        {
            // A call is just ejecting it.
            wait.SpinOnce();
        }

        endpoint.Health.EjectedUntil = duration is { } time ? DetachedTimer.After(timeProvider, timeProvider.GetTimestamp(), time) : long.MaxValue;
        endpoint.Health.IsEjectedByHand = true;
        if (isNew)
        {
            cluster.AddEjected();
        }

        endpoint.CompleteEjection();
        if (!AnnounceEjection(cluster, endpoint))
        {
            return false;
        }

        Tell(cluster, endpoint, new Ejection("a decision by hand", duration));
        return true;
    }

    /// <summary>Ends an ejection, whoever made it, at once; errors in a row are forgotten.</summary>
    /// <returns>False where it was not ejected.</returns>
    public bool ReturnByHand(ClusterState cluster, EndpointState endpoint)
    {
        endpoint.Health.ClearCounters();
        if (!Return(cluster, endpoint))
        {
            return false;
        }

        AvailableEndpoints.Publish(cluster);
        return true;
    }
}
