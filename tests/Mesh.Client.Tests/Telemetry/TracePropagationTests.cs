using System.Diagnostics;
using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;
using static Mesh.Client.Tests.Telemetry.PropagationFixture;

namespace Mesh.Client.Tests.Telemetry;

[Collection(TelemetryCollection.Name)]
public sealed class TracePropagationTests : IClassFixture<PropagationFixture>
{
    private readonly PropagationFixture _loopback;

    public TracePropagationTests(PropagationFixture loopback)
    {
        _loopback = loopback;
        Activity.Current = null;
    }

    [Fact]
    public async Task Call_with_nothing_around_it_carries_a_fresh_unrecorded_trace()
    {
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request);
        Assert.True(ActivityContext.TryParse(headers["traceparent"], null, out var context));
        Assert.Equal(ActivityTraceFlags.None, context.TraceFlags);
        Assert.DoesNotContain("tracestate", headers);
        Assert.DoesNotContain("baggage", headers);
    }

    [Fact]
    public void Fresh_traces_differ_and_are_valid() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => TraceHeaders.CreateUnrecorded()).DistinctBy(id =>
        {
            Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", id);
            Assert.True(ActivityContext.TryParse(id, null, out var context));
            return context.TraceId;
        }).Count());

    [Fact]
    public async Task Call_below_an_activity_carries_the_span_of_the_attempt()
    {
        using var activity = new Activity("application") { TraceStateString = "vendor=1" };
        activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        activity.Start();
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request);
        Assert.Equal(activity.TraceId.ToString(), TraceId(headers));
        Assert.NotEqual(activity.SpanId.ToString(), SpanId(headers));
        Assert.EndsWith("-01", headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal("vendor=1", headers["tracestate"]);
    }

    [Fact]
    public async Task Call_below_an_activity_prefers_it_to_the_captured_context()
    {
        using var activity = new Activity("application").Start();
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming }, this);
        using var request = _loopback.Request();
        Assert.Equal(activity.TraceId.ToString(), TraceId(await _loopback.CallAsync(request)));
    }

    [Fact]
    public async Task Call_without_an_activity_carries_the_captured_context()
    {
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming, TraceState = "vendor=1" }, this);
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request);
        Assert.Equal(Incoming, headers["traceparent"]);
        Assert.Equal("vendor=1", headers["tracestate"]);
    }

    [Fact]
    public async Task Call_whose_attempts_alone_are_listened_to_carries_the_span_of_the_attempt()
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, "System.Net.Http");
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request);
        var attempt = Assert.Single(recorder.Stopped);
        Assert.Equal(attempt.Id, headers["traceparent"]);
    }

    [Fact]
    public async Task Call_whose_attempts_alone_are_listened_to_joins_the_captured_trace()
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, "System.Net.Http");
        using var telemetry = new MeshTelemetry();
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming }, this);
        using var request = _loopback.Request();
        var bridge = telemetry.StartCall(request);
        var headers = await _loopback.CallAsync(request);
        telemetry.StopCall(bridge, new CallSummary { Host = "reviews" });
        Assert.Equal(Incoming.Split('-')[1], TraceId(headers));
        Assert.Equal(Assert.Single(recorder.Stopped).Id, headers["traceparent"]);
    }

    [Fact]
    public async Task Call_with_its_own_span_and_a_captured_context_stays_in_that_trace()
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, "Mesh.Client", "System.Net.Http");
        using var telemetry = new MeshTelemetry();
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming, Baggage = "tenant=7" }, this);
        using var request = _loopback.Request();
        var span = telemetry.StartCall(request);
        var headers = await _loopback.CallAsync(request);
        telemetry.StopCall(span, new CallSummary { Host = "reviews" });
        var attempt = recorder.Stopped.Single(one => one.Source.Name == "System.Net.Http");
        Assert.Equal(attempt.Id, headers["traceparent"]);
        Assert.Equal(span!.Id, attempt.ParentId);
        Assert.Equal(Incoming, span.ParentId);
        Assert.Equal("tenant=7", headers["baggage"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Application_that_set_traceparent_keeps_it(bool withActivity)
    {
        using var activity = withActivity ? new Activity("application") { TraceStateString = "other=1" }.Start() : null;
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming, TraceState = "vendor=1" }, this);
        const string own = "00-11111111111111111111111111111111-2222222222222222-01";
        using var request = _loopback.Request(("traceparent", own));
        var headers = await _loopback.CallAsync(request);
        Assert.Equal(own, headers["traceparent"]);
        Assert.DoesNotContain("tracestate", headers);
        Assert.Equal(own, (await _loopback.ResendAsync(request, 1))["traceparent"]);
    }

    [Fact]
    public async Task Application_that_set_traceparent_keeps_it_beside_instrumentation_that_replaces_it()
    {
        using var instrumentation = new HeaderReplacingInstrumentation(("traceparent", Incoming), ("baggage", "ambient=1"));
        using var activity = new Activity("application").Start();
        const string own = "00-11111111111111111111111111111111-2222222222222222-01";
        using var request = _loopback.Request(("traceparent", own), ("baggage", "mine=1"));
        var headers = await _loopback.CallAsync(request, configuration: Workload);
        Assert.Equal(own, headers["traceparent"]);
        Assert.Equal(Peer + ",mine=1", headers["baggage"]);
    }

    [Fact]
    public async Task Call_without_a_transport_that_writes_carries_the_current_activity_itself()
    {
        using var activity = new Activity("application") { TraceStateString = "vendor=1" }.Start();
        using var request = _loopback.Request();
        using var plain = new HttpMessageInvoker(new SocketsHttpHandler { ActivityHeadersPropagator = null });
        var context = ContextPropagator.BeginCall(request, true, MeshConfiguration.Empty, TraceWriter.Mesh);
        var headers = await SendAsync(request, plain);
        Assert.Equal(activity.Id, headers["traceparent"]);
        Assert.Equal("vendor=1", headers["tracestate"]);
        ContextPropagator.BeginResend(request, context, 1);
        Assert.Equal(activity.Id, (await SendAsync(request, plain))["traceparent"]);
    }

    [Fact]
    public async Task Call_of_a_client_that_turned_propagation_off_carries_no_trace()
    {
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7");
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request, configuration: Workload, writer: TraceWriter.Nobody);
        Assert.DoesNotContain("traceparent", headers);
        Assert.Equal(Peer, headers["baggage"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_below_a_hierarchical_activity_carries_the_captured_context(bool forcesW3C)
    {
        using var forced = new ForcedIdFormat(forcesW3C);
        using var activity = new Activity("application").SetIdFormat(ActivityIdFormat.Hierarchical).Start();
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming }, this);
        using var request = _loopback.Request();
        Assert.Equal(Incoming, (await _loopback.CallAsync(request))["traceparent"]);
    }

    /// <summary>The span would be the root of another trace otherwise.</summary>
    [Theory]
    [InlineData("Mesh.Client", "System.Net.Http")]
    [InlineData("System.Net.Http")]
    public async Task Call_with_spans_below_a_hierarchical_activity_stays_in_the_captured_trace(params string[] sources)
    {
        using var forced = new ForcedIdFormat(true);
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, sources);
        using var telemetry = new MeshTelemetry();
        using var activity = new Activity("application").SetIdFormat(ActivityIdFormat.Hierarchical).Start();
        using var scope = IncomingContext.Begin(new IncomingContext { TraceParent = Incoming }, this);
        using var request = _loopback.Request();
        var span = telemetry.StartCall(request);
        var headers = await _loopback.CallAsync(request);
        telemetry.StopCall(span, new CallSummary { Host = "reviews" });
        Assert.Equal(Incoming.Split('-')[1], TraceId(headers));
        Assert.Equal(recorder.Stopped.Single(one => one.Source.Name == "System.Net.Http").Id, headers["traceparent"]);
        Assert.Same(activity, Activity.Current);
    }

    [Fact]
    public async Task Resend_below_an_activity_has_a_span_of_its_own_with_its_count()
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, "System.Net.Http");
        using var activity = new Activity("application").Start();
        using var request = _loopback.Request();
        var sent = new List<string>
        {
            (await _loopback.CallAsync(request))["traceparent"],
            (await _loopback.ResendAsync(request, 1))["traceparent"],
            (await _loopback.ResendAsync(request, 2))["traceparent"],
        };
        Assert.Equal(recorder.Stopped.Select(span => span.Id), sent);
        Assert.Equal([null, 1, 2], recorder.Stopped.Select(span => span.GetTagItem("http.request.resend_count")));
        Assert.All(recorder.Stopped, span => Assert.Equal(activity.Id, span.ParentId));
    }

    [Fact]
    public async Task Resend_without_an_activity_stays_in_the_same_trace()
    {
        using var request = _loopback.Request();
        var first = await _loopback.CallAsync(request);
        Assert.Equal(first["traceparent"], (await _loopback.ResendAsync(request, 1))["traceparent"]);
    }

    [Fact]
    public async Task Call_that_a_handler_above_the_mesh_repeats_is_written_fresh()
    {
        using var request = _loopback.Request();
        using (new Activity("first").Start())
        {
            await _loopback.CallAsync(request, configuration: Workload);
        }

        using var second = new Activity("second").Start();
        var headers = await _loopback.CallAsync(request, configuration: Workload);
        Assert.Equal(second.TraceId.ToString(), TraceId(headers));
        Assert.Equal(Peer, headers["baggage"]);
    }

    [Fact]
    public async Task Attempt_spans_name_the_endpoint_that_the_transport_dials()
    {
        using var recorder = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, "System.Net.Http");
        using var request = _loopback.Request();
        await _loopback.CallAsync(request);
        var attempt = Assert.Single(recorder.Stopped);
        Assert.Equal("127.0.0.1", attempt.GetTagItem("network.peer.address"));
        Assert.Equal(_loopback.Port, attempt.GetTagItem("network.peer.port"));
    }

    /// <summary>Whether spans get W3C ids whatever their parent has, which OpenTelemetry's SDK asks for once and for all.</summary>
    private sealed class ForcedIdFormat : IDisposable
    {
        private readonly bool _before = Activity.ForceDefaultIdFormat;

        public ForcedIdFormat(bool isForced) => Activity.ForceDefaultIdFormat = isForced;

        public void Dispose() => Activity.ForceDefaultIdFormat = _before;
    }
}
