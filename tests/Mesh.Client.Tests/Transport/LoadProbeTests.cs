using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Pipeline;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.Transport;

/// <summary>The whole: calls whose answers bring no reports, and what reaches real servers beside them.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class LoadProbeTests : IAsyncDisposable
{
    private const string Host = "shop.default.svc.cluster.local";
    private const string Probes = "mesh.client.load_probes";
    private const string Prequal = "\"x-mesh\": { \"trafficPolicy\": { \"loadBalancer\": { \"policy\": \"PREQUAL\" } } }";

    private static readonly IncomingContext Incoming = new() { Headers = [new("end-user", "jason")], Baggage = "a=b" };

    private readonly TestClock _clock = new();
    private readonly FakeSource _source = new("rules");
    private readonly ScopedMeterFactory _meters = new();
    private readonly MeterCapture _capture;
    private readonly LogCapture _logs = new();
    private readonly ConcurrentQueue<string> _probed = new();
    private readonly string _authorities = Path.Combine(Path.GetTempPath(), $"mesh-{Guid.NewGuid():N}.pem");
    private Fleet? _fleet;
    private DelegatingHandler? _handler;
    private HttpClient? _client;

    /// <summary>What a server does with a probe.</summary>
    private Func<HttpContext, Task> _answer = static context =>
    {
        context.Response.StatusCode = 204;
        context.Response.Headers[LoadReport.HeaderName] = "rif=3;latency=2000";
        return Task.CompletedTask;
    };

    public LoadProbeTests() => _capture = new MeterCapture(scope: _meters);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        _capture.Dispose();
        _meters.Dispose();
        _logs.Dispose();
        File.Delete(_authorities);
    }

    [Fact]
    public async Task Probes_reach_servers_as_calls_do_and_carry_nothing_of_them()
    {
        await StartAsync(8);
        using var spans = new SpanRecorder(ActivitySamplingResult.AllDataAndRecorded, "System.Net.Http");
        using (IncomingContext.Begin(Incoming, new object()))
        {
            await CallAsync("http://shop/path?query");
            await CallAsync("http://shop/path?query");
        }

        await ProbedAsync("answered", 3);

        Assert.All(_probed, probed => Assert.Equal($"HTTP/1.1 http OPTIONS shop {LoadReport.ProbePath} Host, x-mesh-load", probed));
        Assert.All(spans.Stopped, span => Assert.Equal("GET", span.GetTagItem("http.request.method")));
        Assert.Equal(2, spans.Stopped.Count);
    }

    /// <summary>10 for the window without traffic, and one in ten calls: of two calls probes may have five, and the sixth finds none.</summary>
    [Fact]
    public async Task Probes_draw_from_the_half_of_the_retry_budget_and_leave_the_other()
    {
        await StartAsync(8);
        await CallAsync();
        await CallAsync();
        await ProbedAsync("answered", 3);
        var budget = ClusterResilience.Of(Assert.Single(Runtime.Clusters.GetStates())).Budget;
        Assert.Equal(7, budget.Available);
        while (budget.TryTakeSpare())
        {
        }

        Assert.Equal(5, budget.Available);
    }

    [Fact]
    public async Task Probes_are_no_calls_in_any_count()
    {
        await StartAsync(8, "\"trafficPolicy\": { \"outlierDetection\": { \"consecutive5xxErrors\": 1, \"maxEjectionPercent\": 100 } }");
        _answer = static context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers[LoadReport.HeaderName] = "rif=3;latency=2000";
            return Task.CompletedTask;
        };
        await CallAsync();
        await CallAsync();

        await ProbedAsync("no_report", 3);

        Assert.Equal(2, _capture.Of("mesh.client.call.duration").Count);
        Assert.Equal(0, _capture.Sum("mesh.client.ejections"));
        var cluster = Assert.Single(Runtime.Clusters.GetStates());
        Assert.All(cluster.Endpoints.All, endpoint => Assert.Equal(0, endpoint.InFlight));
        Assert.All(cluster.Endpoints.All, endpoint => Assert.Equal(default, EndpointLoad.Of(endpoint).Reported));
    }

    [Fact]
    public async Task Probes_speak_the_tls_and_the_protocol_of_the_clusters_calls()
    {
        using var certificate = TestCertificate.For([Host]);
        await File.WriteAllTextAsync(_authorities, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await StartAsync(
            8,
            $$"""
            "trafficPolicy": { "connectionPool": { "http": { "h2UpgradePolicy": "UPGRADE" } }, "tls": { "mode": "SIMPLE", "caCertificates": "{{_authorities}}" } }
            """,
            new FleetOptions { Certificate = certificate, Protocols = HttpProtocols.Http1AndHttp2 });
        await CallAsync();
        await CallAsync();

        await ProbedAsync("answered", 3);

        Assert.All(_probed, probed => Assert.StartsWith("HTTP/2 https OPTIONS shop ", probed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_of_any_length_without_a_report_is_not_read()
    {
        await StartAsync(8);
        var hasEnded = 0;
        _answer = async context =>
        {
            try
            {
                while (true)
                {
                    await context.Response.Body.WriteAsync(new byte[64 * 1024], context.RequestAborted);
                }
            }
            finally
            {
                Interlocked.Increment(ref hasEnded);
            }
        };
        await CallAsync();
        await CallAsync();

        await ProbedAsync("no_report", 3);
        await Eventually.TrueAsync(() => Volatile.Read(ref hasEnded) == 3);
    }

    [Fact]
    public async Task Servers_that_cannot_be_reached_are_counted_and_keep_their_calls()
    {
        await StartAsync(8);
        await CallAsync();
        await Task.WhenAll(_fleet!.Servers.Select(server => server.KillAsync()));

        await Assert.ThrowsAsync<MeshRequestException>(() => CallAsync());

        await Eventually.TrueAsync(() => _capture.Of(Probes).Count > 0);
        Assert.Equal(_capture.Sum(Probes), _capture.Sum(Probes, ("mesh.load_probe.result", "failed"), ("mesh.host", Host)));
    }

    [Fact]
    public async Task Services_outside_the_mesh_are_not_probed()
    {
        await StartAsync(8, service: "\"External\": true, ");

        for (var call = 0; call < 5; call++)
        {
            await CallAsync();
        }

        // Its word was left, and is never taken up.
        Assert.True(BalancerOfShop.WantsProbes);
        Assert.Empty(_capture.Of(Probes));
    }

    [Fact]
    public async Task Clients_whose_own_handler_sends_are_not_probed_for()
    {
        using var primary = new OwnHandler();
        await StartAsync(8, primary: primary);

        for (var call = 0; call < 5; call++)
        {
            await CallAsync();
        }

        Assert.True(BalancerOfShop.WantsProbes);
        Assert.Empty(_capture.Of(Probes));
    }

    [Fact]
    public async Task Cluster_that_newer_rules_close_is_not_probed()
    {
        await StartAsync(8);
        await CallAsync();
        var cluster = Assert.Single(Runtime.Clusters.GetStates());
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
        var policy = Runtime.Transports.Intern(Client.Transport.TransportPolicy.FromPrimaryHandler(new SocketsHttpHandler())!);
        var probe = new Client.Transport.LoadProbe(Runtime.Transports, cluster, policy, request);
        Push(8, "\"trafficPolicy\": { \"tls\": { \"mode\": \"MUTUAL\", \"clientCertificate\": \"/a.pem\", \"privateKey\": \"/b.pem\" } }");
        await ReloadedAsync();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => probe.AskAsync(cluster.Endpoints.All[0], TestContext.Current.CancellationToken));

        Assert.Contains("MUTUAL", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_probed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_policy_and_the_end_of_the_mesh_cut_off_what_is_asked(bool isPolicy)
    {
        await StartAsync(8);
        var aborted = 0;
        _answer = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            Interlocked.Increment(ref aborted);
        };
        await CallAsync();
        await CallAsync();
        await Eventually.TrueAsync(() => _probed.Count == 3);
        var balancer = BalancerOfShop;

        if (isPolicy)
        {
            Push(8, "\"trafficPolicy\": { \"loadBalancer\": { \"simple\": \"ROUND_ROBIN\" } }", prequal: "");
            await ReloadedAsync();
        }
        else
        {
            _client!.Dispose();
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref aborted) == 3);
        Assert.False(balancer.WantsProbes);
        Assert.Empty(_capture.Of(Probes));
    }

    /// <summary>In less time than a round of probes has.</summary>
    private Task ReloadedAsync() => Eventually.TrueAsync(() =>
    {
        if (_clock.Elapsed < ProbeRound.Deadline / 2)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        return Runtime.Snapshot.Version == 2;
    });

    private MeshRuntime Runtime => ((MeshHandler)_handler!).Runtime;

    private Balancer BalancerOfShop => (Balancer)Assert.Single(Runtime.Clusters.GetStates()).Balancer!;

    private async Task StartAsync(
        int servers, string rule = "", FleetOptions? options = null, string service = "", HttpMessageHandler? primary = null)
    {
        _fleet = await Fleet.StartAsync(servers, options);
        foreach (var server in _fleet.Servers)
        {
            server.Respond = context =>
            {
                var request = context.Request;
                if (!HttpMethods.IsOptions(request.Method))
                {
                    return Task.CompletedTask;
                }

                _probed.Enqueue($"{request.Protocol} {request.Scheme} {request.Method} {request.Host} {request.Path}{request.QueryString} {string.Join(", ", request.Headers.Select(header => header.Key))}");
                return _answer(context);
            };
        }

        Push(servers, rule, service);
        _handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Sources = [_source],
            LoggerFactory = _logs,
            MeterFactory = _meters,
            TimeProvider = _clock,
            InnerHandler = primary,
        });
        _client = new HttpClient(_handler);
    }

    private void Push(int servers, string rule = "", string service = "", string prequal = Prequal)
    {
        var endpoints = _fleet!.Servers.Take(servers).Select(server => $$"""{ "Address": "{{server.Address}}" }""");
        var rules = string.Join(", ", new[] { "\"host\": \"shop\"", rule, prequal }.Where(part => part.Length > 0));
        _source.PushJson($$"""
            { "Seed": 1, "Services": { "shop": { {{service}} "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ {{string.Join(", ", endpoints)}} ] } },
              "DestinationRules": { "shop": { {{rules}} } } }
            """);
    }

    private async Task CallAsync(string uri = "http://shop/")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);

        // Fake time does not pass by itself, not even between two attempts.
        request.SetMesh(new MeshCallOptions { DisableRetries = true });
        using var response = await _client!.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private async Task ProbedAsync(string result, int count)
    {
        await Eventually.TrueAsync(() => _capture.Of(Probes).Count == count);
        Assert.Equal(count, _capture.Sum(Probes, ("mesh.load_probe.result", result), ("mesh.host", Host)));
    }

    /// <summary>One that the mesh must not go around.</summary>
    private sealed class OwnHandler() : DelegatingHandler(new SocketsHttpHandler());
}
