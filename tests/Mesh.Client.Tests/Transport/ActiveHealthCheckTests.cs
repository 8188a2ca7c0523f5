using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Mesh.Client.Transport;
using static Mesh.Client.Tests.Transport.HealthCheckResponse.Types;

namespace Mesh.Client.Tests.Transport;

/// <summary>The whole: rules, checks over real sockets, and where calls go.</summary>
public sealed class ActiveHealthCheckTests
{
    private const string Times = "\"timeout\": \"10s\", \"interval\": \"10ms\", \"unhealthyThreshold\": 1, \"healthyThreshold\": 1";
    private const string Http = "\"httpHealthCheck\": { \"path\": \"/healthz\" }";

    [Fact]
    public async Task Calls_leave_an_endpoint_that_says_it_is_not_well_and_come_back()
    {
        var sick = -1;
        await using var mesh = await FleetMesh.StartAsync(2, rules: Rules(Http));
        foreach (var server in mesh.Fleet.Servers)
        {
            server.Respond = context =>
            {
                context.Response.StatusCode = context.Request.Path == "/healthz" && Volatile.Read(ref sick) == server.Index ? 503 : 200;
                return Task.CompletedTask;
            };
        }

        await CallAsync(mesh);
        Volatile.Write(ref sick, 0);

        // Told once picks go by it.
        await Eventually.TrueAsync(() => mesh.Logs.Entries.Any(entry => entry.Id.Id == 3004 && (string)entry.Values["Reason"]! == "status 503"));
        Assert.Equal("status 503", FailedChecks(mesh)[0]);
        for (var call = 0; call < 10; call++)
        {
            Assert.Equal(mesh.Fleet[1].Address, await CallAsync(mesh));
        }

        Volatile.Write(ref sick, -1);
        await Eventually.TrueAsync(() => mesh.Logs.Entries.Any(entry => entry.Id.Id == 3005));
        Assert.Null(FailedChecks(mesh)[0]);
    }

    [Fact]
    public async Task Grpc_endpoints_are_asked_by_their_own_protocol()
    {
        var statuses = new HealthService.Statuses { [""] = ServingStatus.Serving };
        await using var mesh = await FleetMesh.StartAsync(1, HealthProbeTests.GrpcOptions(statuses), rules: Rules("\"grpcHealthCheck\": {}"));
        mesh.Client.DefaultRequestVersion = System.Net.HttpVersion.Version20;
        mesh.Client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await CallAsync(mesh);
        statuses[""] = ServingStatus.NotServing;
        await Eventually.TrueAsync(() => FailedChecks(mesh)[0] is "health status NOT_SERVING");

        statuses[""] = ServingStatus.Serving;
        await Eventually.TrueAsync(() => FailedChecks(mesh)[0] is null);
    }

    [Fact]
    public async Task Endpoint_that_is_killed_fails_its_tcp_check_and_passes_when_it_is_back()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Rules("\"tcpHealthCheck\": {}"));
        await CallAsync(mesh);
        await mesh.Fleet[0].KillAsync();
        await Eventually.TrueAsync(() => FailedChecks(mesh)[0] is not null);

        await mesh.Fleet[0].StartAsync();
        await Eventually.TrueAsync(() => FailedChecks(mesh)[0] is null);
    }

    [Fact]
    public async Task An_answer_to_a_call_that_says_to_fail_takes_the_endpoint_out()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Rules(Http, Times.Replace("10ms", "1h", StringComparison.Ordinal)));
        mesh.Fleet[0].Respond = context =>
        {
            if (context.Request.Path != "/healthz")
            {
                context.Response.Headers[HealthProbe.FailHeader] = "true";
            }

            return Task.CompletedTask;
        };

        // The first check passes, and its result may come after an answer that says otherwise; there is no second one for an hour.
        await Eventually.TrueAsync(async () =>
        {
            using var response = await mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
            return mesh.Fleet[0].Requests >= 2 && FailedChecks(mesh)[0] is not null;
        });
    }

    [Fact]
    public async Task Checks_end_with_the_rules_that_ask_for_them_and_with_the_mesh()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Rules(Http));
        await CallAsync(mesh);
        await Eventually.TrueAsync(() => mesh.Fleet[0].Requests > 5);
        mesh.Source.PushJson(FleetMesh.Rules(mesh.Fleet.Servers));
        await Eventually.TrueAsync(() => mesh.Fleet[0].InFlight == 0 && RuntimeOf(mesh).Snapshot.Version == 2);
        var before = mesh.Fleet[0].Requests;
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.InRange(mesh.Fleet[0].Requests, before, before + 1);

        mesh.Source.PushJson(FleetMesh.Rules(mesh.Fleet.Servers, Rules(Http)));
        await Eventually.TrueAsync(() => mesh.Fleet[0].Requests > before + 5);
        mesh.Client.Dispose();
        await Eventually.TrueAsync(() => mesh.Fleet[0].OpenConnections == 0);
    }

    private static string Rules(string protocol, string times = Times) => $$"""
        "DestinationRules": { "shop": { "host": "shop", "x-mesh": { "trafficPolicy": { "healthChecks": [ { {{times}}, {{protocol}} } ] } } } }
        """;

    private static MeshRuntime RuntimeOf(FleetMesh mesh) => ((MeshHandler)mesh.Handler).Runtime;

    private static string?[] FailedChecks(FleetMesh mesh)
        => [.. RuntimeOf(mesh).GetClusters().Single().Endpoints.Select(endpoint => endpoint.FailedHealthCheck)];

    private static async Task<string?> CallAsync(FleetMesh mesh)
    {
        using var response = await mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
        Assert.True(response.TryGetMeshResult(out var result));
        return result.Endpoint;
    }
}
