using Mesh.Client.Telemetry;

namespace Mesh.Client.Tests.Pipeline;

public sealed class ContextTests
{
    private const string LeadsOut = MeshFixture.TwoEndpoints + """
        , "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
            "route": [ { "destination": { "host": "api.example.com" } } ] } ] } }
        """;

    private static IncomingContext Incoming => new()
    {
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        Headers = [new("end-user", "jason")],
    };

    [Fact]
    public async Task Call_without_any_tracing_set_up_carries_a_fresh_unrecorded_trace()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync();

        var traceParent = Assert.Single(mesh.Transport.Requests).Headers["traceparent"];
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", traceParent);
        Assert.False(response.RequestMessage!.Headers.Contains("traceparent"));
    }

    [Fact]
    public async Task Call_inside_an_incoming_request_carries_its_trace_and_captured_headers_on()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var scope = IncomingContext.Begin(Incoming, this);
        using var response = await mesh.GetAsync();

        var request = Assert.Single(mesh.Transport.Requests);
        Assert.Equal("jason", request.Headers["end-user"]);
        Assert.Equal(Incoming.TraceParent, request.Headers["traceparent"]);
        Assert.False(response.RequestMessage!.Headers.Contains("end-user"));
    }

    [Fact]
    public async Task Call_to_a_host_that_the_mesh_does_not_know_carries_nothing_captured()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var scope = IncomingContext.Begin(Incoming, this);
        using var response = await mesh.GetAsync("http://elsewhere.example/");

        Assert.DoesNotContain("end-user", Assert.Single(mesh.Transport.Requests).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Call_that_a_rule_leads_out_of_the_mesh_carries_the_trace_but_nothing_captured()
    {
        using var mesh = new MeshFixture(LeadsOut.Replace("\"Services\": {", """
            "Services": { "api.example.com": { "External": true, "Endpoints": [ { "Address": "192.0.2.1:80" } ] },
            """, StringComparison.Ordinal));
        using var scope = IncomingContext.Begin(Incoming, this);
        using var response = await mesh.GetAsync();

        var request = Assert.Single(mesh.Transport.Requests);
        Assert.Equal("192.0.2.1:80", request.Authority);
        Assert.Equal(Incoming.TraceParent, request.Headers["traceparent"]);
        Assert.DoesNotContain("end-user", request.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Attempts_of_one_call_share_its_captured_headers()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var scope = IncomingContext.Begin(Incoming, this);
        mesh.Transport["10.0.0.1:80"].Always(Mesh.Client.TestKit.TransportStep.ConnectFailure());
        for (var i = 0; i < 8; i++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        }

        Assert.All(mesh.Transport.Requests, request => Assert.Equal("jason", request.Headers["end-user"]));
    }
}
