using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Health;

/// <summary>Ejection as Envoy does it: after errors in a row inline at the threshold, by rates and back again only at the sweep.</summary>
/// <param name="timeProvider">The mesh's clock.</param>
/// <param name="logger">Where failures of listeners and of the sweep are told.</param>
/// <param name="random">The mesh's chance, for parts that are enforced and for jitter.</param>
internal sealed partial class OutlierDetector(TimeProvider timeProvider, ILogger? logger = null, MeshRandom? random = null)
{
    private const string ListenerName = "A listener to ejections";

    private readonly MeshRandom _random = random ?? MeshRandom.Unseeded;

    /// <summary>An endpoint went out of balance. Raised on the thread of the call that did it, of the sweep, or of the operator.</summary>
    public event Action<ClusterState, EndpointState, Ejection>? EndpointEjected;

    /// <summary>An ejected endpoint came back into balance.</summary>
    public event Action<ClusterState, EndpointState>? EndpointReturned;

    /// <summary>An endpoint was spared by a policy that leaves room to eject nobody: few endpoints and a small percentage. Raised once per
    /// cluster.</summary>
    public event Action<ClusterState>? EjectionImpossible;

    /// <summary>Counts one attempt and ejects where the threshold is reached. No lock, no allocation unless something is ejected.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="endpoint">Its endpoint.</param>
    /// <param name="outcome">What the attempt came to.</param>
    /// <param name="status">The status of the answer; 0 where none came.</param>
    public void Report(ClusterState cluster, EndpointState endpoint, CallOutcome outcome, int status = 0)
    {
        if (cluster.Model.Policy.OutlierDetection is not { } policy || outcome is CallOutcome.CallerCancelled or CallOutcome.ClientFault)
        {
            return;
        }

        var health = endpoint.Health;
        if (policy.SplitsLocalOriginErrors)
        {
            if (status == 0 && outcome is (CallOutcome.ConnectFailure or CallOutcome.Reset or CallOutcome.Timeout))
            {
                Count(cluster, endpoint, policy, ref health.ConsecutiveLocalOriginFailures, policy.ConsecutiveLocalOriginFailures,
                    EjectionCause.TransportFailures(policy.ConsecutiveLocalOriginFailures, policy.Extension.EnforcingConsecutiveLocalOriginFailures));
                return;
            }

            // Whatever it says, an answer came over a connection that works.
            Reset(ref health.ConsecutiveLocalOriginFailures);
        }

        if (policy.HttpErrorCodes is { } codes && status != 0)
        {
            outcome = Judge(codes, outcome, status);
        }

        if (policy.Extension.CountsCalls)
        {
            CallBucket.Count(ref health.Calls, outcome != CallOutcome.Success);
            SweepOf(cluster).Start();
        }

        switch (outcome)
        {
            case CallOutcome.Success:
                Reset(ref health.ConsecutiveServerErrors);
                Reset(ref health.ConsecutiveGatewayErrors);
                break;
            case CallOutcome.ServerError:
                Reset(ref health.ConsecutiveGatewayErrors);
                CountError(cluster, endpoint, policy);
                break;
            default:
                Count(cluster, endpoint, policy, ref health.ConsecutiveGatewayErrors, policy.ConsecutiveGatewayErrors,
                    EjectionCause.GatewayErrors(policy.ConsecutiveGatewayErrors, policy.Extension.EnforcingConsecutiveGatewayErrors));
                CountError(cluster, endpoint, policy);
                break;
        }
    }

    /// <summary>To be called after the cluster's rules changed. Without outlier detection everything is in balance and nothing remembered, but
    /// for what an operator ejected.</summary>
    public void OnPolicyChanged(ClusterState cluster)
    {
        if (cluster.Model.Policy.OutlierDetection is null)
        {
            foreach (var endpoint in cluster.Endpoints.All)
            {
                endpoint.Health.EjectionMultiplier = 0;
                endpoint.Health.ClearCounters();
                if (!endpoint.Health.IsEjectedByHand)
                {
                    Return(cluster, endpoint);
                }
            }
        }

        SweepOf(cluster).OnPolicyChanged();
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

    /// <summary>A health check passed: ends an ejection that is not an operator's, without publishing, and forgets errors in a row.</summary>
    internal bool ReturnHealthy(ClusterState cluster, EndpointState endpoint)
    {
        if (!endpoint.IsEjected || endpoint.Health.IsEjectedByHand)
        {
            return false;
        }

        endpoint.Health.ClearCounters();
        return Return(cluster, endpoint);
    }

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

    /// <summary>Ejects if the policy and chance let it.</summary>
    internal void Eject(ClusterState cluster, EndpointState endpoint, OutlierDetectionConfiguration policy, in EjectionCause cause)
    {
        if (!IsDrawn(cause.Enforcing) || !endpoint.TryBeginEjection())
        {
            return;
        }

        // Not one that left meanwhile, nor what stands for the addresses of callers.
        var all = cluster.Endpoints.All;
        var isMember = all.Contains(endpoint);
        if (!isMember || !TryReserve(cluster, all.Length, policy))
        {
            endpoint.CancelEjection();
            if (isMember && !policy.CanEject(all.Length) && SweepOf(cluster).TryTell() && EjectionImpossible is { } listeners)
            {
                Background.Run((listeners, cluster), static told => told.listeners(told.cluster), ListenerName, logger);
            }

            return;
        }

        var longest = policy.Extension.MaxEjectionTime;
        var maximum = policy.BaseEjectionTime > longest ? policy.BaseEjectionTime : longest;
        var health = endpoint.Health;
        if (health.EjectionMultiplier * policy.BaseEjectionTime < maximum + policy.BaseEjectionTime)
        {
            Interlocked.Increment(ref health.EjectionMultiplier);
        }

        var wanted = policy.BaseEjectionTime * health.EjectionMultiplier;
        var duration = (wanted < maximum ? wanted : maximum) + Draw(policy.Extension.MaxEjectionTimeJitter);
        health.EjectedUntil = DetachedTimer.After(timeProvider, timeProvider.GetTimestamp(), duration);
        health.IsEjectedByHand = false;
        endpoint.CompleteEjection();
        if (AnnounceEjection(cluster, endpoint) && EndpointEjected is not null)
        {
            Tell(cluster, endpoint, new Ejection(cause.ToString(), duration));
        }
    }

    /// <summary>An answer is an error where its status is listed, whatever its kind; a listed one below 500 counts as 500, as with Envoy.</summary>
    private static CallOutcome Judge(StatusSet codes, CallOutcome outcome, int status)
    {
        var meant = status >= 500 ? status : outcome switch
        {
            // A gRPC answer of 200 that its grpc-status makes an error.
            CallOutcome.GatewayError => 503,
            CallOutcome.Timeout => 504,
            CallOutcome.ServerError => 500,
            _ => status,
        };
        return !codes.Contains(meant) ? CallOutcome.Success
            : meant is 502 or 503 or 504 ? CallOutcome.GatewayError
            : CallOutcome.ServerError;
    }

    private static void Reset(ref int counter)
    {
        // Read first: the line is shared by all calls to the endpoint and almost always clean.
        if (Volatile.Read(ref counter) != 0)
        {
            Volatile.Write(ref counter, 0);
        }
    }

    private void CountError(ClusterState cluster, EndpointState endpoint, OutlierDetectionConfiguration policy)
        => Count(cluster, endpoint, policy, ref endpoint.Health.ConsecutiveServerErrors, policy.Consecutive5xxErrors,
            EjectionCause.Errors(policy.Consecutive5xxErrors, policy.Extension.EnforcingConsecutive5xxErrors));

    private void Count(
        ClusterState cluster, EndpointState endpoint, OutlierDetectionConfiguration policy, ref int counter, int threshold, in EjectionCause cause)
    {
        // Beyond the threshold too: it may have been lowered below what was counted already.
        if (Interlocked.Increment(ref counter) < threshold || threshold <= 0)
        {
            return;
        }

        // Whether it is ejected or spared: the next attempt needs a whole new run of errors.
        Volatile.Write(ref counter, 0);
        Eject(cluster, endpoint, policy, cause);
    }

    /// <summary>False where discovery dropped the endpoint meanwhile.</summary>
    private bool AnnounceEjection(ClusterState cluster, EndpointState endpoint)
    {
        AvailableEndpoints.Publish(cluster);

        // Discovery may have dropped it between the look and the publication; then nobody else would take it off the count.
        if (!cluster.Endpoints.All.Contains(endpoint))
        {
            Forget(cluster, endpoint);
            return false;
        }

        SweepOf(cluster).Start();
        return true;
    }

    private void Tell(ClusterState cluster, EndpointState endpoint, Ejection ejection)
    {
        if (EndpointEjected is { } listeners)
        {
            Background.Run(
                (listeners, cluster, endpoint, ejection), static told => told.listeners(told.cluster, told.endpoint, told.ejection), ListenerName, logger);
        }
    }

    private static bool TryReserve(ClusterState cluster, int endpoints, OutlierDetectionConfiguration policy)
    {
        while (true)
        {
            var ejected = cluster.Ejected;
            if (100L * (ejected + 1) > (long)policy.MaxEjectionPercent * endpoints && !(ejected == 0 && policy.Extension.AlwaysEjectOneHost))
            {
                return false;
            }

            if (cluster.TryAddEjected(ejected))
            {
                return true;
            }
        }
    }

    /// <summary>Nothing is drawn where chance decides nothing.</summary>
    private bool IsDrawn(int percent) => percent >= 100 || (percent > 0 && _random.Next(100) < percent);

    private TimeSpan Draw(TimeSpan jitter) => jitter > TimeSpan.Zero ? jitter * _random.NextDouble() : TimeSpan.Zero;

    private OutlierSweep SweepOf(ClusterState cluster) =>
        cluster.GetSweep(
            (detector: this, timeProvider, logger),
            static (cluster, with) => new OutlierSweep(cluster, with.detector, with.timeProvider, with.logger));
}
