using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mesh.Client.Model;

namespace Mesh.Client.Telemetry;

/// <summary>The instruments of breakers, adaptive concurrency and throttling.</summary>
internal sealed class LimitTelemetry
{
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _transitions;
    private Func<IEnumerable<ConcurrencyMeasurement>>? _limits;

    public LimitTelemetry(Meter meter)
    {
        _rejections = meter.CreateCounter<long>("mesh.client.rejections", "{call}", "Calls and mirrored copies that a limit of x-mesh turned away.");
        _transitions = meter.CreateCounter<long>("mesh.client.circuit_breaker.transitions", "{transition}", "Circuit breakers that opened, half opened or closed.");
        meter.CreateObservableUpDownCounter("mesh.client.concurrency.limit", Measure, "{call}", "Calls that a cluster with adaptive concurrency takes at once.");
    }

    /// <summary>Who tells, when somebody measures, what limits are in force.</summary>
    public void Observe(Func<IEnumerable<ConcurrencyMeasurement>>? limits) => Volatile.Write(ref _limits, limits);

    /// <summary>A call was turned away; <paramref name="reason"/> is a fixed text.</summary>
    public void CountRejection(in ClusterKey cluster, string reason, MeshCriticality criticality)
    {
        if (!_rejections.Enabled)
        {
            return;
        }

        var tags = TagsOf(cluster.Service, cluster.Subset);
        tags.Add(TelemetryTags.RejectionReason, reason);
        tags.Add(TelemetryTags.Criticality, CriticalityText.Of(criticality));
        _rejections.Add(1, tags);
    }

    public void CountTransition(in ClusterKey cluster, bool isOfEndpoint, MeshCircuitState state)
    {
        if (!_transitions.Enabled)
        {
            return;
        }

        var tags = TagsOf(cluster.Service, cluster.Subset);
        tags.Add(TelemetryTags.BreakerScope, isOfEndpoint ? "endpoint" : "cluster");
        tags.Add(TelemetryTags.BreakerState, state switch
        {
            MeshCircuitState.Open => "open",
            MeshCircuitState.HalfOpen => "half_open",
            _ => "closed",
        });
        _transitions.Add(1, tags);
    }

    private List<Measurement<int>> Measure()
    {
        var measurements = new List<Measurement<int>>();
        foreach (var measured in Volatile.Read(ref _limits)?.Invoke() ?? [])
        {
            measurements.Add(new Measurement<int>(measured.Limit, TagsOf(measured.Host, measured.Subset)));
        }

        return measurements;
    }

    private static TagList TagsOf(string host, string? subset)
    {
        var tags = new TagList { { TelemetryTags.Host, host } };
        if (subset is not null)
        {
            tags.Add(TelemetryTags.Subset, subset);
        }

        return tags;
    }
}
