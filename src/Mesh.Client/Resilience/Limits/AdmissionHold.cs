using System.Net;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>What a call holds of the limits of its cluster, from its admission to its end. A value, owned by the call; empty, and for nothing,
/// where nothing is limited.</summary>
internal struct AdmissionHold
{
    private ClusterState? _cluster;
    private CircuitBreaker? _clusterTrial;
    private CircuitBreaker? _endpointTrial;
    private EndpointState? _onTrial;
    private bool _holdsSlot;
    private long _sentAt;

    /// <summary>It was admitted under limits.</summary>
    public readonly bool IsHeld => _cluster is not null;

    /// <summary>Asks the limits in this order: breaker, concurrency, throttle; of an attempt after the first the breaker alone, since the others have let the
    /// call in. What it holds where one of them refuses, <see cref="Leave"/> gives back.</summary>
    public AdmissionRefusal TryEnter(ClusterState cluster, ClusterLimits limits, CircuitBreakers breakers, MeshCriticality criticality, long now, ActiveClock clock)
    {
        var isAdmitted = IsHeld;
        _cluster = cluster;
        if (limits.Breaker is { } breaker)
        {
            switch (breakers.TryEnter(cluster, breaker, now))
            {
                case CircuitEntry.Refused:
                    return AdmissionRefusal.CircuitBreaker;
                case CircuitEntry.OnTrial:
                    _clusterTrial = breaker;
                    break;
            }
        }

        if (isAdmitted)
        {
            return AdmissionRefusal.None;
        }

        if (limits.Concurrency is { } concurrency && !(_holdsSlot = concurrency.TryEnter(criticality, clock.ToActive(now))))
        {
            return AdmissionRefusal.AdaptiveConcurrency;
        }

        return limits.Throttle?.Refuses(criticality, now) == true ? AdmissionRefusal.ClientThrottling : AdmissionRefusal.None;
    }

    /// <summary>Whether the breaker of the endpoint lets the attempt through.</summary>
    public bool TryEnter(EndpointState endpoint, CircuitBreakers breakers, long now)
    {
        if (ClusterResilience.Of(_cluster!).Limits?.EndpointBreaker is not { } settings)
        {
            return true;
        }

        var entry = breakers.TryEnter(_cluster!, endpoint, settings, now);
        if (entry == CircuitEntry.OnTrial)
        {
            (_endpointTrial, _onTrial) = (CircuitBreakers.Of(endpoint), endpoint);
        }

        return entry != CircuitEntry.Refused;
    }

    /// <summary>The attempt is handed to a transport.</summary>
    public void OnSent(long now, ActiveClock clock)
    {
        ClusterResilience.Of(_cluster!).Limits?.Throttle?.OnSent(now);
        _sentAt = _holdsSlot ? clock.ToActive(now) : 0;
    }

    /// <summary>The attempt ended, at its headers or without an answer.</summary>
    public void Report(EndpointState endpoint, CircuitBreakers breakers, CallOutcome outcome, HttpResponseMessage? response, long now, ActiveClock clock)
    {
        if (ClusterResilience.Of(_cluster!).Limits is not { } limits)
        {
            return;
        }

        // An answer tells its latency; of the failures only a timeout says how long one takes: longer.
        if (_holdsSlot && outcome is CallOutcome.Success or CallOutcome.Timeout)
        {
            limits.Concurrency?.Learn(_sentAt, clock.ToActive(now));
        }

        if (limits.Throttle is { } throttle && IsTaken(outcome, response))
        {
            throttle.OnAccepted(now);
        }

        if (outcome is not (CallOutcome.CallerCancelled or CallOutcome.ClientFault))
        {
            breakers.Report(_cluster!, endpoint, limits, outcome != CallOutcome.Success, now);
            (_clusterTrial, _endpointTrial, _onTrial) = (null, null, null);
        }
    }

    /// <summary>The body of the answer goes on, and with it the place among the calls under way: the new holder gives it back by
    /// <see cref="ClusterResilience.LeaveConcurrency"/>.</summary>
    public bool HandOver()
    {
        var held = _holdsSlot;
        _holdsSlot = false;
        return held;
    }

    /// <summary>Another attempt follows. The call keeps its place among the calls under way: had others taken it by then, the answer that
    /// the call gives up for the next one would be given up for nothing.</summary>
    public void EndAttempt(CircuitBreakers breakers)
    {
        if (_clusterTrial is { } ofCluster)
        {
            breakers.Abandon(_cluster!, null, ofCluster);
        }

        if (_endpointTrial is { } ofEndpoint)
        {
            breakers.Abandon(_cluster!, _onTrial, ofEndpoint);
        }

        (_clusterTrial, _endpointTrial, _onTrial) = (null, null, null);
    }

    /// <summary>Gives all of it back. Idempotent.</summary>
    public void Leave(CircuitBreakers breakers)
    {
        EndAttempt(breakers);
        if (_holdsSlot)
        {
            ClusterResilience.Of(_cluster!).LeaveConcurrency();
        }

        this = default;
    }

    /// <summary>A server took the call, whatever it answered: it did not say that it has too much to do, nor did it fail to answer. Where the caller gave up
    /// nothing speaks against it.</summary>
    private static bool IsTaken(CallOutcome outcome, HttpResponseMessage? response) => outcome switch
    {
        CallOutcome.Success => response is null or { StatusCode: not HttpStatusCode.TooManyRequests } && !AttemptVerdict.IsExhausted(response),
        CallOutcome.ServerError or CallOutcome.CallerCancelled or CallOutcome.ClientFault => true,
        CallOutcome.GatewayError => response?.StatusCode == HttpStatusCode.BadGateway,
        _ => false,
    };
}
