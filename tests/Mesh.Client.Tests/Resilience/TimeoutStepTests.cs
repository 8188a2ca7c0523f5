using System.Net;
using System.Net.Sockets;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Resilience;

/// <summary>Whoever ends a call is heard in every step of it: the mesh's own time, the caller's token and HttpClient.Timeout, told apart.</summary>
public sealed class TimeoutStepTests
{
    /// <summary>Where a call can wait.</summary>
    public static TheoryData<string> Steps => ["discovery", "fault", "pool", "back-off", "headers", "body"];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Token_of_the_caller_ends_the_step_at_once(string step)
    {
        using var bench = new Bench(step, timeout: "1h");
        using var patience = new CancellationTokenSource();
        var sending = bench.SendAsync(bench.Mesh.Client, patience.Token);
        await bench.UntilThereAsync();

        await patience.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.EndsAsync(sending));
        Assert.False(cancelled.InnerException is TimeoutException);
        bench.AssertNothingIsLeft();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Timeout_of_the_client_ends_the_step_and_is_the_clients_own(string step)
    {
        using var bench = new Bench(step, timeout: "1h");
        using var client = new HttpClient(bench.Mesh.Handler, disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(200) };

        var sending = bench.SendAsync(client, TestContext.Current.CancellationToken, HttpCompletionOption.ResponseContentRead);

        var cancelled = await Assert.ThrowsAsync<TaskCanceledException>(() => Eventually.EndsAsync(sending));
        Assert.IsType<TimeoutException>(cancelled.InnerException);
        bench.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("discovery")]
    [InlineData("pool")]
    [InlineData("headers")]
    [InlineData("body")]
    public async Task Time_of_the_rule_ends_the_step_and_is_told_as_the_meshs(string step)
    {
        using var bench = new Bench(step, timeout: "2s");
        var sending = bench.SendAsync(bench.Mesh.Client, TestContext.Current.CancellationToken);
        await bench.UntilThereAsync();

        var started = bench.Mesh.Clock.Elapsed;
        while (!sending.IsCompleted && bench.Mesh.Clock.Elapsed < started + TimeSpan.FromSeconds(2))
        {
            bench.Mesh.Clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        if (step == "body")
        {
            var failure = await Assert.ThrowsAsync<MeshRequestException>(() => Eventually.EndsAsync(sending));
            Assert.Equal(MeshResponseFlags.UpstreamRequestTimeout, failure.Result.Flags);
        }
        else
        {
            Assert.Equal("504 UT", await Eventually.EndsAsync(sending));
        }

        bench.AssertNothingIsLeft();
    }

    /// <summary>A mesh whose next call waits in one step.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly string _step;
        private readonly Socket? _nameServer;
        private readonly HeldStream _body = new();
        private readonly HttpResponseMessage? _holder;

        public Bench(string step, string timeout)
        {
            _step = step;
            _nameServer = step == "discovery" ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) : null;
            _nameServer?.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var service = step == "discovery" ? "\"Discovery\": \"Dns\"" : "\"Endpoints\": [ { \"Address\": \"10.0.0.1:80\" } ]";
            var fault = step == "fault" ? "\"fault\": { \"delay\": { \"fixedDelay\": \"600s\", \"percentage\": { \"value\": 100 } } }," : "";
            var retries = step == "back-off" ? "\"retries\": { \"attempts\": 1, \"retryOn\": \"5xx\", \"backoff\": \"1000s\" }," : "";
            var limits = step == "pool" ? ", \"DestinationRules\": { \"shop\": { \"host\": \"shop\", \"trafficPolicy\": { \"connectionPool\": { \"tcp\": { \"maxConnections\": 1 } } } } }" : "";
            Mesh = new MeshFixture($$"""
                "Dns": { "NameServers": [ "127.0.0.1:{{(_nameServer?.LocalEndPoint as IPEndPoint)?.Port ?? 53}}" ] },
                "Services": { "shop": { {{service}} } },
                "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { {{fault}} {{retries}} "timeout": "{{timeout}}",
                  "route": [ { "destination": { "host": "shop" } } ] } ] } } {{limits}}
                """);
            var script = Mesh.Transport["10.0.0.1:80"];
            if (step == "pool")
            {
                script.Then(Body());
                _holder = Mesh.Client.GetAsync("http://shop/", HttpCompletionOption.ResponseHeadersRead).GetAwaiter().GetResult();
            }

            script.Always(step switch
            {
                "back-off" => TransportStep.Status(500),
                "headers" => TransportStep.Hang(),
                _ => Body(),
            });
        }

        public MeshFixture Mesh { get; }

        public async Task<string> SendAsync(
            HttpClient client, CancellationToken cancellationToken, HttpCompletionOption completion = HttpCompletionOption.ResponseHeadersRead)
        {
            using var response = await client.GetAsync("http://shop/", completion, cancellationToken);
            Assert.True(response.TryGetMeshResult(out var result));
            if (_step == "body")
            {
                await response.Content.ReadAsStringAsync(cancellationToken);
            }

            return $"{(int)response.StatusCode} {(result.Flags == MeshResponseFlags.UpstreamRequestTimeout ? "UT" : result.Flags)}";
        }

        /// <summary>The call waits where it is meant to.</summary>
        public Task UntilThereAsync() => Eventually.TrueAsync(() => _step switch
        {
            "discovery" => _nameServer!.Available > 0,
            "fault" => Mesh.Clock.NextDueIn is not null,
            "pool" => Mesh.Mesh.GetClusters().Any(cluster => cluster.ConnectionPool is { PendingRequests: 1 }),
            "back-off" => Mesh.Transport.Requests.Count == 1 && Mesh.Clock.ArmedTimers >= 2,
            "headers" => Mesh.Transport.Requests.Count == 1,
            _ => _body.IsDrained,
        });

        public void AssertNothingIsLeft()
        {
            _holder?.Dispose();
            Assert.All(Mesh.Mesh.GetClusters(), cluster =>
            {
                Assert.All(cluster.Endpoints, endpoint => Assert.Equal(0, endpoint.InFlight));
                Assert.True(cluster.ConnectionPool is null or { ActiveRequests: 0, PendingRequests: 0, ActiveRetries: 0 });
            });
        }

        public void Dispose()
        {
            _holder?.Dispose();
            Mesh.Dispose();
            _nameServer?.Dispose();
        }

        private TransportStep Body() => TransportStep.Answer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(_body) });
    }
}
