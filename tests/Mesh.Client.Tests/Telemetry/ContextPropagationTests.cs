using System.Diagnostics;
using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;
using Microsoft.Extensions.Primitives;
using static Mesh.Client.Tests.Telemetry.PropagationFixture;

namespace Mesh.Client.Tests.Telemetry;

[Collection(TelemetryCollection.Name)]
public sealed class ContextPropagationTests : IClassFixture<PropagationFixture>
{
    private readonly PropagationFixture _loopback;

    public ContextPropagationTests(PropagationFixture loopback)
    {
        _loopback = loopback;
        Activity.Current = null;
    }

    [Fact]
    public async Task Call_to_a_mesh_host_says_who_calls()
    {
        using var request = _loopback.Request();
        Assert.Equal(Peer, (await _loopback.CallAsync(request, configuration: Workload))["baggage"]);
    }

    [Fact]
    public async Task Baggage_of_the_activity_follows_the_peer_metadata_in_compact_form()
    {
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7 up");
        activity.AddBaggage("service.name", "previous hop");
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request, configuration: Workload);
        Assert.Equal(Peer + ",tenant=7%20up", headers["baggage"]);
        Assert.DoesNotContain("correlation-context", headers);
    }

    [Fact]
    public async Task Baggage_without_a_workload_is_that_of_the_activity()
    {
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7");
        using var request = _loopback.Request();
        Assert.Equal("tenant=7", (await _loopback.CallAsync(request))["baggage"]);
    }

    [Fact]
    public async Task Peer_metadata_of_the_previous_hop_never_travels_on()
    {
        using var activity = new Activity("application").Start();
        activity.AddBaggage("service.name", "previous hop");
        using var request = _loopback.Request();
        Assert.DoesNotContain("baggage", await _loopback.CallAsync(request));
    }

    [Fact]
    public async Task Captured_baggage_travels_where_no_activity_carries_it()
    {
        using var scope = IncomingContext.Begin(new IncomingContext { Baggage = "tenant = 7;p=1, service.name = previous" }, this);
        using var request = _loopback.Request();
        Assert.Equal(Peer + ",tenant=7;p=1", (await _loopback.CallAsync(request, configuration: Workload))["baggage"]);
    }

    [Fact]
    public async Task Application_that_set_baggage_keeps_it_behind_the_peer_metadata()
    {
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7");
        using var request = _loopback.Request(("baggage", "mine = 1"));
        Assert.Equal(Peer + ",mine = 1", (await _loopback.CallAsync(request, configuration: Workload))["baggage"]);
        Assert.Equal(Peer + ",mine = 1", (await _loopback.CallAsync(request, configuration: Workload))["baggage"]);
    }

    [Fact]
    public async Task Baggage_that_instrumentation_wrote_is_joined_with_the_peer_metadata()
    {
        using var instrumentation = new HeaderReplacingInstrumentation(("baggage", "library=1,service.name=previous"));
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7");
        using var request = _loopback.Request();
        Assert.Equal(Peer + ",library=1,tenant=7", (await _loopback.CallAsync(request, configuration: Workload))["baggage"]);
    }

    [Fact]
    public async Task External_host_gets_trace_context_and_nothing_else()
    {
        using var instrumentation = new HeaderReplacingInstrumentation(("baggage", "library=1"));
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7");
        using var scope = IncomingContext.Begin(new IncomingContext { Baggage = "b=1", Headers = [new("end-user", "jason")] }, this);
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request, receivesContext: false, Workload);
        Assert.Equal(activity.TraceId.ToString(), TraceId(headers));
        Assert.DoesNotContain("baggage", headers);
        Assert.DoesNotContain("correlation-context", headers);
        Assert.DoesNotContain("end-user", headers);
    }

    [Fact]
    public async Task External_host_gets_what_the_application_itself_set()
    {
        using var instrumentation = new HeaderReplacingInstrumentation(("baggage", "library=1"));
        using var activity = new Activity("application").Start();
        using var request = _loopback.Request(("baggage", "mine=1"), ("end-user", "jason"));
        var headers = await _loopback.CallAsync(request, receivesContext: false, Workload);
        Assert.Equal("mine=1", headers["baggage"]);
        Assert.Equal("jason", headers["end-user"]);
    }

    [Fact]
    public async Task External_host_gets_no_baggage_from_the_older_propagator()
    {
        using var transport = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = MeshPropagator.Wrap(DistributedContextPropagator.CreatePreW3CPropagator()),
        });
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7");
        using var request = _loopback.Request();
        ContextPropagator.BeginCall(request, receivesContext: false, Workload);
        var headers = await SendAsync(request, transport);
        Assert.DoesNotContain("correlation-context", headers);
        Assert.Equal(activity.TraceId.ToString(), TraceId(headers));
    }

    [Fact]
    public async Task Captured_headers_travel_to_mesh_hosts()
    {
        using var scope = IncomingContext.Begin(
            new IncomingContext { Headers = [new("end-user", "jason"), new("x-list", new StringValues(["a", "b"]))] }, this);
        using var request = _loopback.Request();
        var headers = await _loopback.CallAsync(request);
        Assert.Equal("jason", headers["end-user"]);
        Assert.Equal("a, b", headers["x-list"].Replace(",b", ", b", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Captured_headers_never_replace_those_of_the_application()
    {
        using var scope = IncomingContext.Begin(new IncomingContext { Headers = [new("end-user", "jason")] }, this);
        using var request = _loopback.Request(("End-User", "martha"));
        Assert.Equal("martha", (await _loopback.CallAsync(request))["end-user"]);
    }

    [Fact]
    public async Task Message_that_a_redirect_sends_on_to_an_external_host_brings_nothing_from_the_mesh()
    {
        using var scope = IncomingContext.Begin(new IncomingContext { Headers = [new("end-user", "jason"), new("x-tenant", "7")] }, this);
        using var request = _loopback.Request(("x-tenant", "8"));
        Assert.Equal("jason", (await _loopback.CallAsync(request, configuration: Workload))["end-user"]);
        var headers = await _loopback.CallAsync(request, receivesContext: false, Workload);
        Assert.DoesNotContain("end-user", headers);
        Assert.DoesNotContain("baggage", headers);
        Assert.Equal("8", headers["x-tenant"]);
    }

    [Fact]
    public async Task EndCall_leaves_the_request_as_the_application_made_it()
    {
        using var activity = new Activity("application").Start();
        using var scope = IncomingContext.Begin(new IncomingContext { Headers = [new("x-tenant", "7"), new("end-user", "jason")] }, this);
        using var request = _loopback.Request(("x-tenant", "8"), ("baggage", "mine=1"));
        await _loopback.CallAsync(request, configuration: Workload);
        Assert.True(CallContext.TryGet(request, out var context));
        ContextPropagator.EndCall(request, context);
        Assert.Equal(["x-tenant: 8", "baggage: mine=1"], request.Headers.NonValidated.Select(header => $"{header.Key}: {header.Value}"));
        Assert.DoesNotContain(request.Options, option => option.Key.StartsWith("Mesh.Client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_that_is_no_call_of_the_mesh_is_left_to_the_wrapped_propagator()
    {
        using var activity = new Activity("application").Start();
        activity.AddBaggage("tenant", "7");
        using var transport = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = MeshPropagator.Wrap(DistributedContextPropagator.CreateW3CPropagator()),
        });
        using var request = _loopback.Request();
        var headers = await SendAsync(request, transport);
        Assert.Equal("tenant = 7", headers["baggage"]);
        Assert.Equal(activity.TraceId.ToString(), TraceId(headers));
    }

    [Fact]
    public void Wrap_of_no_propagator_stays_off()
    {
        Assert.Null(MeshPropagator.Wrap(null));
        Assert.Equal(TraceWriter.Nobody, MeshPropagator.WriterOf(null));
        var silent = DistributedContextPropagator.CreateNoOutputPropagator();
        Assert.Equal(TraceWriter.Nobody, MeshPropagator.WriterOf(MeshPropagator.Wrap(silent)));
        Assert.Equal(TraceWriter.Transport, MeshPropagator.WriterOf(DistributedContextPropagator.Current));
    }

    [Fact]
    public void BeginCall_of_an_ordinary_call_allocates_its_options_and_nothing_more()
    {
        using var activity = new Activity("application").Start();
        using var warm = _loopback.Request();
        ContextPropagator.BeginCall(warm, true, Workload);

        using var request = _loopback.Request();
        using var bare = _loopback.Request();
        var key = new HttpRequestOptionsKey<object>("k");
        var value = new object();
        var before = GC.GetAllocatedBytesForCurrentThread();
        bare.Options.Set(key, value);
        bare.Headers.TryAddWithoutValidation("baggage", Peer);
        var unavoidable = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        ContextPropagator.BeginCall(request, true, Workload);
        Assert.Equal(unavoidable, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
