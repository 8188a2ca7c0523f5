using System.Diagnostics.Metrics;
using Mesh.Client.Model;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Telemetry;

[Collection(TelemetryCollection.Name)]
public sealed class MeshTelemetryMetricsTests : IDisposable
{
    private readonly ScopedMeterFactory _factory = new();
    private readonly MeshTelemetry _telemetry;

    public MeshTelemetryMetricsTests() => _telemetry = new MeshTelemetry(_factory);

    internal static CallSummary Reviews { get; } = new()
    {
        Host = "reviews.default.svc.cluster.local",
        Rule = "default/reviews http[0]",
        Subset = "v1",
        Cluster = new ClusterKey("reviews.default.svc.cluster.local", 9080, "v1").ToString(),
        Endpoint = "127.0.0.1:9083",
        Attempts = 2,
        StatusCode = 200,
        Duration = TimeSpan.FromMilliseconds(250),
    };

    public void Dispose()
    {
        _telemetry.Dispose();
        _factory.Dispose();
    }

    [Fact]
    public void Meter_is_named_after_the_package_and_has_its_version()
    {
        var meter = Assert.Single(_factory.Meters);
        Assert.Equal("Mesh.Client", meter.Name);
        Assert.Matches(@"^\d+\.\d+\.\d+", meter.Version);
        Assert.DoesNotContain('+', meter.Version!);
    }

    [Fact]
    public void Instruments_have_documented_names_and_units()
    {
        using var capture = Listen();
        Assert.Equal(
            [
                ("mesh.client.call.duration", "s"),
                ("mesh.client.circuit_breaker.transitions", "{transition}"),
                ("mesh.client.concurrency.limit", "{call}"),
                ("mesh.client.configuration.reloads", "{reload}"),
                ("mesh.client.deadlines.ignored", "{request}"),
                ("mesh.client.discovery.failures", "{failure}"),
                ("mesh.client.ejections", "{ejection}"),
                ("mesh.client.health_checks", "{check}"),
                ("mesh.client.hedges", "{request}"),
                ("mesh.client.load_probes", "{probe}"),
                ("mesh.client.load_reports.refused", "{report}"),
                ("mesh.client.mirrors", "{request}"),
                ("mesh.client.pool.calls", "{call}"),
                ("mesh.client.rejections", "{call}"),
                ("mesh.client.responses.leaked", "{response}"),
                ("mesh.client.retries", "{retry}"),
                ("mesh.client.retries.stopped", "{call}"),
            ],
            capture.Instruments.Select(instrument => (instrument.Name, instrument.Unit)).Order());
    }

    [Fact]
    public void Call_duration_advises_the_boundaries_of_http_client_request_duration()
    {
        using var capture = Listen();
        var histogram = Assert.Single(capture.Instruments.OfType<Histogram<double>>());
        Assert.Equal(
            [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
            histogram.Advice!.HistogramBucketBoundaries!);
    }

    [Fact]
    public void StopCall_records_seconds_with_host_rule_subset_status_and_flags()
    {
        using var capture = Listen();
        _telemetry.StopCall(null, Reviews);
        var measurement = Assert.Single(capture.Entries);
        Assert.Equal(0.25, measurement.Value);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["mesh.host"] = "reviews.default.svc.cluster.local",
                ["mesh.rule"] = "default/reviews http[0]",
                ["mesh.subset"] = "v1",
                ["http.response.status_code"] = 200,
                ["mesh.response_flags"] = "-",
            },
            measurement.Tags);
    }

    [Fact]
    public void StopCall_of_a_call_without_answer_leaves_out_what_is_not_known()
    {
        using var capture = Listen();
        _telemetry.StopCall(null, new CallSummary
        {
            Host = "ratings.default.svc.cluster.local",
            Flags = MeshResponseFlags.UpstreamConnectionFailure | MeshResponseFlags.UpstreamRetryLimitExceeded,
        });
        Assert.Equal(
            new Dictionary<string, object?> { ["mesh.host"] = "ratings.default.svc.cluster.local", ["mesh.response_flags"] = "UF,URX" },
            Assert.Single(capture.Entries).Tags);
    }

    [Fact]
    public void StopCall_never_puts_the_endpoint_on_metrics()
    {
        using var capture = Listen();
        _telemetry.StopCall(null, Reviews);
        Assert.DoesNotContain("127.0.0.1:9083", Assert.Single(capture.Entries).Tags.Values);
    }

    [Fact]
    public void Counters_count_with_their_tags()
    {
        using var capture = Listen();
        _telemetry.CountRetry("a.default.svc.cluster.local", "connect-failure");
        _telemetry.CountStoppedRetry("a.default.svc.cluster.local", "exhausted");
        _telemetry.CountHedge("a.default.svc.cluster.local", "won");
        _telemetry.CountLeakedResponse("b.default.svc.cluster.local");
        _telemetry.CountReload(accepted: true);
        _telemetry.CountReload(accepted: false);
        _telemetry.CountIgnoredDeadline("grpc-timeout");
        _telemetry.CountDiscoveryFailure("c.default.svc.cluster.local");
        _telemetry.CountEjection("d.default.svc.cluster.local", "v1");
        _telemetry.CountEjection("d.default.svc.cluster.local", null);
        Assert.Equal(
            [
                "mesh.client.retries 1 mesh.host=a.default.svc.cluster.local,mesh.retry.reason=connect-failure",
                "mesh.client.retries.stopped 1 mesh.host=a.default.svc.cluster.local,mesh.retry.stop_reason=exhausted",
                "mesh.client.hedges 1 mesh.host=a.default.svc.cluster.local,mesh.hedge.result=won",
                "mesh.client.responses.leaked 1 mesh.host=b.default.svc.cluster.local",
                "mesh.client.configuration.reloads 1 mesh.reload.result=accepted",
                "mesh.client.configuration.reloads 1 mesh.reload.result=refused",
                "mesh.client.deadlines.ignored 1 mesh.deadline.header=grpc-timeout",
                "mesh.client.discovery.failures 1 mesh.host=c.default.svc.cluster.local",
                "mesh.client.ejections 1 mesh.host=d.default.svc.cluster.local,mesh.subset=v1",
                "mesh.client.ejections 1 mesh.host=d.default.svc.cluster.local",
            ],
            capture.Entries.Select(one => $"{one.Instrument} {one.Value} {string.Join(',', one.Tags.Select(tag => $"{tag.Key}={tag.Value}"))}"));
    }

    [Fact]
    public void Without_a_factory_the_meter_ends_with_the_telemetry()
    {
        var own = new MeshTelemetry();
        var completed = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Mesh.Client" && !_factory.Meters.Contains(instrument.Meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
            MeasurementsCompleted = (_, _) => completed++,
        };
        listener.Start();
        own.Dispose();
        Assert.Equal(17, completed);
    }

    [Fact]
    public void A_call_where_nobody_listens_allocates_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        Call();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Call();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Call()
        {
            var activity = _telemetry.StartCall(request);
            _telemetry.CountRetry("reviews", "5xx");
            _telemetry.CountStoppedRetry("reviews", "exhausted");
            _telemetry.CountLeakedResponse("reviews");
            _telemetry.CountEjection("reviews", "v1");
            _telemetry.StopCall(activity, Reviews);
        }
    }

    [Fact]
    public void A_call_with_metrics_listened_to_allocates_nothing_of_its_own()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (_factory.Meters.Contains(instrument.Meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        var seen = 0;
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => seen++);
        listener.Start();
        _telemetry.StopCall(null, Reviews);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _telemetry.StopCall(null, Reviews);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2, seen);
    }

    private MeterCapture Listen() => new(scope: _factory);
}
