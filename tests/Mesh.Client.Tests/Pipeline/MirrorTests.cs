using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Transport;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Copies of calls: what they carry, when they are sent, and that nobody waits for them.</summary>
public sealed class MirrorTests
{
    private const string V1 = "10.0.0.1:80";
    private const string V2 = "10.0.0.2:80";

    [Fact]
    public async Task Copy_goes_to_the_mirror_as_the_server_got_the_call()
    {
        using var mesh = Mirror(rest: """ "rewrite": { "uri": "/new/" }, "headers": { "request": { "set": { "a": "b" } } }, """);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://reviews:9080/x?y") { Content = new StringContent("body") };
        request.Headers.Add("end-user", "jason");
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await ReceivedAsync(mesh, 2);

        var (call, copy) = (mesh.Transport.Requests.Single(sent => sent.Authority == V1), mesh.Transport.Requests.Single(sent => sent.Authority == V2));
        Assert.Equal("/new/x?y", copy.Uri.PathAndQuery);
        Assert.Equal(("PUT", "reviews:9080"), (copy.Method, copy.Host));
        Assert.Equal("body"u8.ToArray(), copy.Body);
        Assert.Equal("text/plain; charset=utf-8", copy.Headers["content-type"]);
        Assert.Equal(("b", "jason"), (copy.Headers["a"], copy.Headers["end-user"]));
        Assert.Equal(call.Headers["traceparent"], copy.Headers["traceparent"]);
    }

    [Fact]
    public async Task Gotcha_21_copy_has_the_host_of_the_call_without_a_suffix()
    {
        using var mesh = Mirror();
        using var response = await mesh.GetAsync();
        await ReceivedAsync(mesh, 2);

        Assert.All(mesh.Transport.Requests, request => Assert.Equal("reviews:9080", request.Host));
    }

    [Fact]
    public async Task Copy_of_a_sampled_call_is_not_sampled()
    {
        using var mesh = Mirror();
        using var activity = new Activity("caller") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.SetIdFormat(ActivityIdFormat.W3C).Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.Headers.Add("traceparent", activity.Id);
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await ReceivedAsync(mesh, 2);

        Assert.Equal(activity.Id![..53] + "00", mesh.Transport.Requests.Single(sent => sent.Authority == V2).Headers["traceparent"]);
    }

    [Fact]
    public async Task Call_does_not_wait_for_its_copy()
    {
        using var mesh = Mirror();
        mesh.Transport[V2].Always(TransportStep.Hang());
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await ReceivedAsync(mesh, 2);
    }

    [Fact]
    public async Task Copy_is_sent_after_the_answer()
    {
        using var mesh = Mirror();
        var answering = new SyncPoint();
        mesh.Transport[V1].Always(TransportStep.Stop(answering));
        var call = mesh.GetAsync();
        await answering.WaitUntilReachedAsync();

        Assert.Single(mesh.Transport.Requests);
        answering.Continue();
        using var response = await call;
        await ReceivedAsync(mesh, 2);
    }

    [Theory]
    [InlineData(503, "answered")]
    [InlineData(0, "failed")]
    public async Task Copy_that_fails_is_counted_and_changes_nothing(int status, string result)
    {
        using var mesh = Mirror();
        using var counted = new MeterCapture(scope: mesh.Meters);
        mesh.Transport[V2].Always(status == 0 ? TransportStep.ConnectFailure() : TransportStep.Status(status));
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Eventually.TrueAsync(() => Counted(counted, result) == 1);
        Assert.Equal(2, mesh.Transport.Requests.Count);
    }

    [Fact]
    public async Task Copy_of_a_failed_call_is_sent_too()
    {
        using var mesh = Mirror();
        mesh.Transport[V1].Always(TransportStep.Reset());
        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.Client.PostAsync("http://reviews:9080/", null, TestContext.Current.CancellationToken));

        await ReceivedAsync(mesh, 2);
    }

    [Fact]
    public async Task Retries_of_a_call_make_one_copy_with_the_whole_body()
    {
        using var mesh = Mirror(rest: """ "retries": { "attempts": 2, "retryOn": "5xx" }, """);
        mesh.Transport[V1].Then(TransportStep.Status(503), TransportStep.Status(503)).Always(TransportStep.Status(200));
        using var response = await mesh.AdvanceUntilDoneAsync(
            mesh.Client.PutAsync("http://reviews:9080/", new StringContent("body"), TestContext.Current.CancellationToken));
        await ReceivedAsync(mesh, 4);

        Assert.Equal("body"u8.ToArray(), mesh.Transport.Requests.Single(sent => sent.Authority == V2).Body);
    }

    [Fact]
    public async Task Body_longer_than_is_kept_goes_whole_to_the_server_and_not_to_the_mirror()
    {
        using var mesh = Mirror();
        using var counted = new MeterCapture(scope: mesh.Meters);
        var body = new byte[(256 * 1024) + 1];
        using var response = await mesh.Client.PutAsync("http://reviews:9080/", new ByteArrayContent(body), TestContext.Current.CancellationToken);

        Assert.Equal(1, Counted(counted, "dropped_body"));
        Assert.Equal(body.Length, Assert.Single(mesh.Transport.Requests).Body.Length);
    }

    [Fact]
    public async Task Copies_beyond_the_limit_are_dropped_and_counted()
    {
        using var mesh = Mirror();
        using var counted = new MeterCapture(scope: mesh.Meters);
        mesh.Transport[V2].Always(TransportStep.Hang());
        for (var i = 0; i < 130; i++)
        {
            using var response = await mesh.GetAsync();
        }

        Assert.Equal(2, Counted(counted, "dropped_limit"));
        await ReceivedAsync(mesh, 130 + 128);
    }

    [Fact]
    public async Task Mirror_to_an_undefined_subset_is_dropped_and_counted()
    {
        using var mesh = Mirror(mirror: """{ "host": "reviews", "subset": "v9" }""");
        using var counted = new MeterCapture(scope: mesh.Meters);
        using var response = await mesh.GetAsync();

        Assert.Equal(1, Counted(counted, "dropped_no_cluster"));
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Mirrors_are_drawn_each_by_itself()
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
              "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ],
              "mirrors": [
                { "destination": { "host": "reviews", "subset": "v2" }, "percentage": { "value": 50 } },
                { "destination": { "host": "reviews", "subset": "v3" }, "percentage": { "value": 0 } } ] } ] } }
            """);
        using var counted = new MeterCapture(scope: mesh.Meters);
        for (var i = 0; i < 100; i++)
        {
            using var response = await mesh.GetAsync();
        }

        await Eventually.TrueAsync(() => ((Client.Pipeline.MeshHandler)mesh.Handler).Runtime.Mirrors.InFlight == 0);

        // 5 standard deviations of 100 draws at one half.
        Assert.InRange(Counted(counted), 24, 76);
        Assert.Equal(Counted(counted), Counted(counted, "answered"));
    }

    [Fact]
    public async Task Mirror_outside_of_the_mesh_gets_no_baggage()
    {
        using var mesh = new MeshFixture("""
            "Workload": { "Name": "caller" },
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] }, "out.example": { "Endpoints": [ { "Address": "10.0.0.2:80" } ], "External": true } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
              "route": [ { "destination": { "host": "reviews" } } ], "mirror": { "host": "out.example" } } ] } }
            """);
        using var response = await mesh.GetAsync();
        await ReceivedAsync(mesh, 2);

        Assert.True(mesh.Transport.Requests.Single(sent => sent.Authority == V1).Headers.ContainsKey("baggage"));
        Assert.False(mesh.Transport.Requests.Single(sent => sent.Authority == V2).Headers.ContainsKey("baggage"));
    }

    [Fact]
    public async Task Mirror_outside_of_the_mesh_gets_a_trace_that_is_not_sampled()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] }, "out.example": { "Endpoints": [ { "Address": "10.0.0.2:80" } ], "External": true } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
              "route": [ { "destination": { "host": "reviews" } } ], "mirror": { "host": "out.example" } } ] } }
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await ReceivedAsync(mesh, 2);

        Assert.EndsWith("-00", mesh.Transport.Requests.Single(sent => sent.Authority == V2).Headers["traceparent"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v2", 300_000)]
    [InlineData("v9", 10)]
    public async Task Listener_that_throws_at_a_dropped_copy_changes_nothing_for_the_call(string subset, int length)
    {
        using var mesh = Mirror($$"""{ "host": "reviews", "subset": "{{subset}}" }""", """ "rewrite": { "uri": "/new/" }, """);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "mesh.client.mirrors" && ReferenceEquals(instrument.Meter.Scope, mesh.Meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("listener"));
        listener.Start();
        using var body = new ByteArrayContent(new byte[length]);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://reviews:9080/x") { Content = body };
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Same(body, request.Content);
        Assert.Equal("http://reviews:9080/x", request.RequestUri!.OriginalString);
    }

    [Fact]
    public async Task Bodies_are_kept_for_mirrors_up_to_a_bound_over_all_calls()
    {
        using var mesh = Mirror();
        using var counted = new MeterCapture(scope: mesh.Meters);
        mesh.Transport[V1].Always(TransportStep.Hang());
        using var stop = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 130)
            .Select(_ => mesh.Client.PutAsync("http://reviews:9080/", new ByteArrayContent(new byte[256 * 1024]), stop.Token)).ToList();
        await ReceivedAsync(mesh, calls.Count);
        await stop.CancelAsync();
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        // 128 bodies of 256 KiB are 32 MiB.
        Assert.Equal(2, Counted(counted, "dropped_body"));
    }

    [Fact]
    public async Task Copies_go_over_the_meshs_own_connections_to_real_servers()
    {
        await using var mesh = await FleetMesh.StartAsync(2, rules: """
            "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } } },
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ {
              "route": [ { "destination": { "host": "shop" } } ], "mirror": { "host": "shop" } } ] } }
            """);
        for (var i = 0; i < 10; i++)
        {
            await mesh.EchoAsync();
        }

        await Eventually.TrueAsync(() => mesh.Fleet.Servers.Sum(server => server.Requests) == 20);
    }

    private static int Counted(MeterCapture counted, string? result = null)
        => (int)(result is null ? counted.Sum("mesh.client.mirrors") : counted.Sum("mesh.client.mirrors", ("mesh.mirror.result", result)));

    private static Task ReceivedAsync(MeshFixture mesh, int requests) => Eventually.TrueAsync(() => mesh.Transport.Requests.Count == requests);

    private static MeshFixture Mirror(string mirror = """{ "host": "reviews", "subset": "v2" }""", string rest = "") => new($$"""
        {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rest}}
          "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ], "mirror": {{mirror}} } ] } }
        """);
}
