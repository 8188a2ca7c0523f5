using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Telemetry;

[Collection(TelemetryCollection.Name)]
public sealed class CallSpanTests : IDisposable
{
    private const string Incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly MeshTelemetry _telemetry = new();
    private readonly HttpRequestMessage _request = new(HttpMethod.Get, "http://reviews/reviews/7");

    public CallSpanTests() => Activity.Current = null;

    public void Dispose()
    {
        _request.Dispose();
        _telemetry.Dispose();
    }

    [Fact]
    public void StartCall_where_nobody_listens_makes_no_span() => Assert.Null(_telemetry.StartCall(_request));

    [Fact]
    public void StartCall_that_the_sampler_drops_makes_no_span()
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.None, "Mesh.Client");
        Assert.Null(_telemetry.StartCall(_request));
    }

    [Fact]
    public void StopCall_ends_the_span_also_where_a_meter_listener_throws()
    {
        using var factory = new ScopedMeterFactory();
        using var telemetry = new MeshTelemetry(factory);
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllData, "Mesh.Client");
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "mesh.client.call.duration" && instrument.Meter.Scope == factory)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidCastException("the listener broke"));
        listener.Start();
        var span = telemetry.StartCall(_request)!;

        Assert.Throws<InvalidCastException>(() => telemetry.StopCall(span, MeshTelemetryMetricsTests.Reviews));

        Assert.True(span.IsStopped);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Span_has_the_attributes_of_the_call()
    {
        var span = Record(MeshTelemetryMetricsTests.Reviews);
        Assert.Equal(ActivityKind.Internal, span.Kind);
        Assert.Equal("Mesh.Client.Call", span.OperationName);
        Assert.Equal("GET reviews.default.svc.cluster.local", span.DisplayName);
        Assert.Equal("Mesh.Client", span.Source.Name);
        Assert.Equal(MeshTelemetry.Version, span.Source.Version);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["mesh.host"] = "reviews.default.svc.cluster.local",
                ["mesh.rule"] = "default/reviews http[0]",
                ["mesh.subset"] = "v1",
                ["mesh.endpoint"] = "127.0.0.1:9083",
                ["mesh.attempts"] = 2,
                ["upstream_cluster"] = "outbound|9080|v1|reviews.default.svc.cluster.local",
                ["response_flags"] = "-",
                ["http.response.status_code"] = 200,
            },
            new Dictionary<string, object?>(span.TagObjects));
    }

    [Fact]
    public void Span_of_an_unknown_method_has_a_fixed_name()
    {
        _request.Method = new HttpMethod("FIND-JASON");
        Assert.Equal("HTTP reviews", Record(new CallSummary { Host = "reviews" }).DisplayName);
    }

    [Fact]
    public void Span_of_an_error_status_is_an_error()
    {
        var span = Record(new CallSummary { Host = "reviews", StatusCode = 503, Flags = MeshResponseFlags.NoHealthyUpstream });
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("503", span.GetTagItem("error.type"));
        Assert.Equal("UH", span.GetTagItem("response_flags"));
    }

    [Fact]
    public void Span_of_an_exception_names_its_type()
    {
        var span = Record(new CallSummary
        {
            Host = "reviews",
            Exception = new HttpRequestException("no"),
            Flags = MeshResponseFlags.UpstreamConnectionFailure,
        });
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.Net.Http.HttpRequestException", span.GetTagItem("error.type"));
    }

    [Fact]
    public void Span_of_a_call_its_caller_gave_up_is_no_error()
    {
        var span = Record(new CallSummary
        {
            Host = "reviews",
            Exception = new OperationCanceledException(),
            Flags = MeshResponseFlags.DownstreamConnectionTermination,
        });
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal("DC", span.GetTagItem("response_flags"));
    }

    [Fact]
    public void Span_that_is_not_recorded_gets_no_attributes()
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.PropagationData, "Mesh.Client");
        var activity = _telemetry.StartCall(_request);
        _telemetry.StopCall(activity, MeshTelemetryMetricsTests.Reviews);
        Assert.Empty(Assert.Single(recorder.Stopped).TagObjects);
    }

    [Fact]
    public void Span_is_a_child_of_the_current_activity()
    {
        using var parent = new Activity("application").Start();
        var span = Record(MeshTelemetryMetricsTests.Reviews);
        Assert.Same(parent, span.Parent);
        Assert.Same(parent, Activity.Current);
    }

    [Fact]
    public void Span_without_a_current_activity_is_a_child_of_the_captured_context()
    {
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming, TraceState = "vendor=1" }, this);
        var span = Record(MeshTelemetryMetricsTests.Reviews);
        Assert.Equal(Incoming, span.ParentId);
        Assert.Equal("vendor=1", span.TraceStateString);
        Assert.True(span.HasRemoteParent);
    }

    [Fact]
    public void StartCall_where_only_attempts_are_listened_to_hands_them_the_captured_trace()
    {
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming }, this);
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllData, "System.Net.Http");
        var bridge = _telemetry.StartCall(_request);
        Assert.NotNull(bridge);
        Assert.Equal(Incoming, bridge.ParentId);
        Assert.Same(bridge, Activity.Current);
        _telemetry.StopCall(bridge, MeshTelemetryMetricsTests.Reviews);
        Assert.Empty(bridge.TagObjects);
        Assert.Null(Activity.Current);
        Assert.Empty(recorder.Stopped);
    }

    private Activity Record(in CallSummary summary)
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, "Mesh.Client");
        _telemetry.StopCall(_telemetry.StartCall(_request), summary);
        return Assert.Single(recorder.Stopped);
    }
}
