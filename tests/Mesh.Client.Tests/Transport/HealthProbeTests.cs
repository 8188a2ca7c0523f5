using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Mesh.Client.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using static Mesh.Client.Tests.Transport.HealthCheckResponse.Types;

namespace Mesh.Client.Tests.Transport;

/// <summary>Checks over real sockets.</summary>
public sealed class HealthProbeTests : IDisposable
{
    private static readonly HttpHealthCheck Http = new() { Path = "/healthz?full=1" };

    private readonly TransportPool _pool = new(TimeProvider.System, static (_, _) => { });
    private readonly HealthProbe _probe;

    public HealthProbeTests()
    {
        _probe = new HealthProbe(_pool);
    }

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(200, null, true, false)]
    [InlineData(204, null, false, true)]
    [InlineData(204, "200-299", true, false)]
    [InlineData(429, null, false, false)]
    [InlineData(500, null, false, true)]
    public async Task Http_answers_are_judged_by_their_status(int status, string? expected, bool isHealthy, bool isDecisive)
    {
        await using var fleet = await Fleet.StartAsync(1);
        fleet[0].Status = status;
        var check = Http with { RetriableStatuses = StatusSet.Of((429, 429)) };
        var result = await CheckAsync(fleet[0].Address, expected is null ? check : check with { ExpectedStatuses = StatusSet.Of((200, 299)) });

        Assert.Equal((isHealthy, isDecisive), (result.IsHealthy, result.IsDecisive));
        Assert.Equal(isHealthy ? "" : $"status {status}", result.Reason);
    }

    [Fact]
    public async Task Http_request_is_the_one_that_the_rule_describes()
    {
        await using var fleet = await Fleet.StartAsync(1);
        var seen = "";
        fleet[0].Respond = context =>
        {
            var request = context.Request;
            seen = $"{request.Protocol} {request.Method} {request.Host} {request.Path}{request.QueryString} {request.Headers["x-a"]} {request.Headers.TraceParent}";
            return Task.CompletedTask;
        };
        await CheckAsync(fleet[0].Address, Http with { Method = "HEAD", Host = "a.example:81", RequestHeaders = "x-a: b: c" });
        Assert.Equal("HTTP/1.1 HEAD a.example:81 /healthz?full=1 b: c ", seen);

        await CheckAsync(fleet[0].Address, Http);
        Assert.Equal("HTTP/1.1 GET shop /healthz?full=1  ", seen);
    }

    [Fact]
    public async Task Http_answer_that_says_to_fail_is_unhealthy_whatever_its_status()
    {
        await using var fleet = await Fleet.StartAsync(1);
        fleet[0].Respond = context =>
        {
            context.Response.Headers[HealthProbe.FailHeader] = "true";
            return Task.CompletedTask;
        };
        var result = await CheckAsync(fleet[0].Address, Http);

        Assert.Equal((false, true), (result.IsHealthy, result.IsDecisive));
    }

    [Fact]
    public async Task Http_checks_share_a_connection()
    {
        await using var fleet = await Fleet.StartAsync(1);
        var (cluster, endpoint) = Cluster(fleet[0].Address);
        for (var check = 0; check < 5; check++)
        {
            Assert.True((await _probe.CheckAsync(cluster, endpoint, Http, TestContext.Current.CancellationToken)).IsHealthy);
        }

        Assert.Equal((1, 1), (fleet[0].AcceptedConnections, _pool.Count));
        _pool.Drain(endpoint);
        await Eventually.TrueAsync(() => fleet[0].OpenConnections == 0);
    }

    [Fact]
    public async Task Http_check_goes_over_the_tls_of_the_cluster()
    {
        using var certificate = TestCertificate.For("shop");
        await using var fleet = await Fleet.StartAsync(1, new FleetOptions { Certificate = certificate });
        var policy = new ClusterPolicy { Tls = new ClusterTls { Owner = "a rule", ServerName = "shop", InsecureSkipVerify = true } };
        Assert.True((await CheckAsync(fleet[0].Address, Http, policy)).IsHealthy);

        await Assert.ThrowsAsync<HttpRequestException>(() => CheckAsync(fleet[0].Address, Http, policy with { Tls = policy.Tls with { InsecureSkipVerify = false } }));
        Assert.True((await CheckAsync(fleet[0].Address, new TcpHealthCheck("", ValueList<string>.Empty), policy)).IsHealthy);
    }

    [Fact]
    public async Task Check_without_the_file_of_authorities_says_nothing_about_the_endpoint()
    {
        var policy = new ClusterPolicy { Tls = new ClusterTls { Owner = "a rule", ServerName = "shop", CaCertificates = "/nowhere/ca.pem" } };

        Assert.True((await CheckAsync("127.0.0.1:1", Http, policy)).IsVoid);
        Assert.True((await CheckAsync("127.0.0.1:1", new TcpHealthCheck("", ValueList<string>.Empty), policy)).IsVoid);
    }

    [Fact]
    public async Task Http_check_speaks_the_protocol_that_the_port_names()
    {
        await using var fleet = await Fleet.StartAsync(1, new FleetOptions { Protocols = HttpProtocols.Http2 });

        Assert.True((await CheckAsync(fleet[0].Address, Http, portName: "http2-web")).IsHealthy);
    }

    [Fact]
    public async Task Nobody_there_is_no_answer()
    {
        var free = FreePort();

        await Assert.ThrowsAsync<HttpRequestException>(() => CheckAsync($"127.0.0.1:{free}", Http));
        await Assert.ThrowsAsync<SocketException>(() => CheckAsync($"127.0.0.1:{free}", new TcpHealthCheck("", ValueList<string>.Empty)));
    }

    [Theory]
    [InlineData("", nameof(ServingStatus.Serving), true, "")]
    [InlineData("shop.Cart", nameof(ServingStatus.Serving), true, "")]
    [InlineData("shop.Cart", nameof(ServingStatus.NotServing), false, "health status NOT_SERVING")]
    [InlineData("shop.Cart", nameof(ServingStatus.Unknown), false, "health status UNKNOWN")]
    [InlineData("shop.Cart", null, false, "grpc-status 5")]
    public async Task Grpc_answers_are_judged_by_their_message(string service, string? status, bool isHealthy, string reason)
    {
        var statuses = new HealthService.Statuses();
        if (status is not null)
        {
            statuses[service] = Enum.Parse<ServingStatus>(status);
        }

        await using var fleet = await Fleet.StartAsync(1, GrpcOptions(statuses));
        var result = await CheckAsync(fleet[0].Address, new GrpcHealthCheck(service));

        Assert.Equal((isHealthy, !isHealthy, reason), (result.IsHealthy, result.IsDecisive, result.Reason));
    }

    [Fact]
    public async Task Grpc_check_of_a_server_without_the_service_is_unhealthy()
    {
        await using var fleet = await Fleet.StartAsync(1, new FleetOptions { Protocols = HttpProtocols.Http2 });
        fleet[0].Status = 404;

        Assert.Equal("status 404", (await CheckAsync(fleet[0].Address, new GrpcHealthCheck(""))).Reason);
    }

    [Theory]
    [InlineData("PING\r\n", "+PONG\r\n", "+PONG", true)]
    [InlineData("PING\r\n", "-LOADING\r\n", "+PONG", false)]
    [InlineData("\u00FF\u0000", "a\u00FEb\u00FDc", "\u00FE|\u00FD", true)]
    [InlineData("\u00FF\u0000", "a\u00FDb\u00FEc", "\u00FE|\u00FD", false)]
    public async Task Tcp_answers_are_searched_for_the_texts_one_after_the_other(string send, string answer, string receive, bool isHealthy)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, send.Length, answer);
        var result = await CheckAsync(listener.LocalEndpoint.ToString()!, new TcpHealthCheck(send, new(receive.Split('|'))));

        Assert.Equal(send, await serving);
        Assert.Equal((isHealthy, false), (result.IsHealthy, result.IsDecisive));
    }

    [Fact]
    public async Task Tcp_check_without_texts_needs_a_connection_only_and_closes_it()
    {
        await using var fleet = await Fleet.StartAsync(1);

        Assert.True((await CheckAsync(fleet[0].Address, new TcpHealthCheck("", ValueList<string>.Empty))).IsHealthy);
        await Eventually.TrueAsync(() => fleet[0] is { AcceptedConnections: 1, OpenConnections: 0 });
    }

    [Fact]
    public async Task Check_that_hangs_ends_with_its_token()
    {
        await using var fleet = await Fleet.StartAsync(1);
        fleet[0].Gate = new SyncPoint();
        var (cluster, endpoint) = Cluster(fleet[0].Address);
        using var cancelled = new CancellationTokenSource();
        var checking = _probe.CheckAsync(cluster, endpoint, Http, cancelled.Token).AsTask();
        await Eventually.TrueAsync(() => fleet[0].InFlight == 1);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.EndsAsync(checking));
    }

    internal static FleetOptions GrpcOptions(HealthService.Statuses statuses) => new()
    {
        Protocols = HttpProtocols.Http2,
        Services = builder =>
        {
            builder.Services.AddGrpc();
            builder.Services.AddSingleton(statuses);
        },
        Map = app => app.MapGrpcService<HealthService>(),
    };

    private static async Task<string> ServeAsync(TcpListener listener, int length, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var stream = connection.GetStream();
        var question = new byte[length];
        await stream.ReadExactlyAsync(question, TestContext.Current.CancellationToken);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(question);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static (ClusterState Cluster, EndpointState Endpoint) Cluster(string address, ClusterPolicy? policy = null, string portName = "http")
    {
        var service = Services.Named("shop");
        var model = new ClusterModel { Key = new ClusterKey(service.Name, 80, null), Service = service, Port = new PortModel(80, portName, 80), Policy = policy ?? ClusterPolicy.Default };
        return (new ClusterState(model.Key, model), new EndpointState(EndpointAddress.Parse(address)));
    }

    private Task<HealthCheckResult> CheckAsync(string address, HealthCheckProtocol check, ClusterPolicy? policy = null, string portName = "http")
    {
        var (cluster, endpoint) = Cluster(address, policy, portName);
        return _probe.CheckAsync(cluster, endpoint, check, TestContext.Current.CancellationToken).AsTask();
    }
}
