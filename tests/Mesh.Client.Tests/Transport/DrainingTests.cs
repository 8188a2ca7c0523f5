using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.Transport;

/// <summary>Endpoints that drain or leave, as real servers see it.</summary>
public sealed class DrainingTests : IAsyncDisposable
{
    private readonly FakeEndpointSource _source = new();
    private readonly FakeSource _rules = new("rules");
    private Fleet _fleet = null!;
    private HttpClient _client = null!;
    private DelegatingHandler _handler = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MeshRuntime Mesh => ((MeshHandler)_handler).Runtime;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _fleet.DisposeAsync();
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, true)]
    [InlineData(HttpProtocols.Http1, false)]
    [InlineData(HttpProtocols.Http2, true)]
    [InlineData(HttpProtocols.Http2, false)]
    public async Task Call_under_way_finishes_no_new_one_goes_there_and_the_connection_closes_after_it(HttpProtocols protocols, bool drains)
    {
        await StartAsync(2, protocols);
        var gate = _fleet[0].Gate = new SyncPoint();
        var underWay = CallUntilAsync(() => gate.HasArrived);
        await gate.WaitUntilReachedAsync();
        _fleet[0].Gate = null;
        await PushAsync(drains ? [Draining(0), Ready(1)] : [Ready(1)]);
        var before = _fleet[0].Requests;

        for (var call = 0; call < 50; call++)
        {
            Assert.Equal(1, (await EchoAsync()).Server);
        }

        Assert.Equal(before, _fleet[0].Requests);
        Assert.NotEqual(0, _fleet[0].OpenConnections);
        gate.Continue();
        Assert.Contains((await Eventually.EndsAsync(underWay)), echo => echo.Server == 0);
        await Eventually.TrueAsync(() => _fleet[0].OpenConnections == 0);
    }

    [Fact]
    public async Task Body_under_way_is_read_to_its_end()
    {
        await StartAsync(2);
        var goOn = new SyncPoint();
        _fleet[0].Respond = async context =>
        {
            await context.Response.WriteAsync("first ", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            await goOn.ReachAsync();
            await context.Response.WriteAsync("second", Cancellation);
        };
        using var response = await GetHeadersFromAsync(_fleet[0]);
        await PushAsync(Draining(0), Ready(1));
        await PushAsync(Ready(1));
        goOn.Continue();

        Assert.Equal("first second", await response.Content.ReadAsStringAsync(Cancellation));
        await Eventually.TrueAsync(() => _fleet[0].OpenConnections == 0);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Idle_connections_of_a_draining_endpoint_are_closed_at_once(HttpProtocols protocols)
    {
        await StartAsync(2, protocols);
        await CallUntilAsync(() => _fleet[0].OpenConnections > 0);
        await PushAsync(Draining(0), Ready(1));

        await Eventually.TrueAsync(() => _fleet[0].OpenConnections == 0);
    }

    [Fact]
    public async Task Draining_endpoints_serve_while_all_drain_and_keep_their_connections_until_another_is_ready()
    {
        await StartAsync(2);
        await PushAsync(Draining(0), Draining(1));
        await CallUntilAsync(() => _fleet[0].Requests > 5 && _fleet[1].Requests > 5);
        Assert.All(_fleet.Servers, server => Assert.Equal(1, server.AcceptedConnections));

        await PushAsync(Draining(0), Ready(1));
        await Eventually.TrueAsync(() => _fleet[0].OpenConnections == 0);
        var before = _fleet[0].Requests;
        await CallUntilAsync(() => _fleet[1].Requests > 50);
        Assert.Equal(before, _fleet[0].Requests);
    }

    [Fact]
    public async Task Endpoint_that_is_ready_again_is_called_again()
    {
        await StartAsync(2);
        await PushAsync(Draining(0), Ready(1));
        await EchoAsync();
        await PushAsync(Ready(0), Ready(1));

        await CallUntilAsync(() => _fleet[0].Requests > 2);
        Assert.Equal(1, _fleet[0].OpenConnections);
    }

    [Fact]
    public async Task Status_and_explanation_say_who_drains()
    {
        await StartAsync(2);
        await EchoAsync();
        await PushAsync(Draining(0), Ready(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
        var explanation = Mesh.Explain(request);

        Assert.Equal([true, false], Mesh.GetClusters()[0].Endpoints.Select(endpoint => endpoint.IsDraining));
        Assert.Equal([true, false], explanation.Destinations[0].Cluster!.Endpoints.Select(endpoint => endpoint.IsDraining));
        Assert.Contains($"{_fleet[0].Address}: draining, gets no new calls, 0 in flight", explanation.ToString(), StringComparison.Ordinal);

        await PushAsync(Draining(0), Draining(1));
        Assert.Contains("draining, called since no other can be", Mesh.Explain(request).ToString(), StringComparison.Ordinal);
    }

    /// <summary>What a rolling update does, endpoint after endpoint: announced, drained, stopped without mercy, gone, and there again.</summary>
    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task No_call_fails_while_servers_that_announce_it_stop(HttpProtocols protocols)
    {
        await StartAsync(3, protocols, """, "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "retries": { "attempts": 0 }, "route": [ { "destination": { "host": "shop" } } ] } ] } }""");
        using var end = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(_ => CallUntilAsync(() => end.IsCancellationRequested)).ToArray();
        for (var round = 0; round < 6; round++)
        {
            var stopping = round % 3;
            await PushAsync([.. Enumerable.Range(0, 3).Select(server => server == stopping ? Draining(server) : Ready(server))]);
            await Eventually.TrueAsync(() => _fleet[stopping].OpenConnections == 0);
            await _fleet[stopping].KillAsync();
            await PushAsync([.. Enumerable.Range(0, 3).Where(server => server != stopping).Select(Ready)]);
            await _fleet[stopping].StartAsync();
            await PushAsync([.. Enumerable.Range(0, 3).Select(Ready)]);
            var before = _fleet[stopping].Requests;
            await Eventually.TrueAsync(() => _fleet[stopping].Requests > before + 10);
        }

        await end.CancelAsync();
        await Task.WhenAll(callers);
    }

    private async Task StartAsync(int servers, HttpProtocols protocols = HttpProtocols.Http1, string rules = "")
    {
        _fleet = await Fleet.StartAsync(servers, new FleetOptions { Protocols = protocols });
        _rules.PushJson($$"""{ "Seed": 1, "Services": { "shop": { "Discovery": "Fake", "Ports": [ { "Number": 80, "Name": "http" } ] } }{{rules}} }""");
        _handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [_rules], EndpointSources = [_source] });
        _client = new HttpClient(_handler)
        {
            DefaultRequestVersion = protocols == HttpProtocols.Http2 ? new Version(2, 0) : new Version(1, 1),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var first = EchoAsync();
        await PushAsync([.. Enumerable.Range(0, servers).Select(Ready)]);
        await first;
    }

    private MeshEndpoint Ready(int server) => new(_fleet[server].Address);

    private MeshEndpoint Draining(int server) => new(_fleet[server].Address) { State = MeshEndpointState.Draining };

    /// <summary>Returns once calls go by it.</summary>
    private async Task PushAsync(params MeshEndpoint[] endpoints)
    {
        await _source.PushAsync("shop", endpoints);
        var wanted = endpoints.Select(endpoint => (endpoint.Address, endpoint.State == MeshEndpointState.Draining)).ToList();
        await Eventually.TrueAsync(() => Mesh.GetClusters() is [var cluster]
            && cluster.Endpoints.Select(endpoint => (endpoint.Address, endpoint.IsDraining)).SequenceEqual(wanted));
    }

    private async Task<FleetEcho> EchoAsync()
    {
        using var response = await _client.GetAsync("http://shop/", Cancellation);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<FleetEcho>(JsonSerializerOptions.Web, Cancellation))!;
    }

    private async Task<List<FleetEcho>> CallUntilAsync(Func<bool> condition)
    {
        var echoes = new List<FleetEcho>();
        while (!condition())
        {
            echoes.Add(await EchoAsync());
        }

        return echoes;
    }

    private async Task<HttpResponseMessage> GetHeadersFromAsync(FleetServer server)
    {
        while (true)
        {
            var before = server.Requests;
            var response = await _client.GetAsync("http://shop/", HttpCompletionOption.ResponseHeadersRead, Cancellation);
            if (server.Requests > before)
            {
                return response;
            }

            response.Dispose();
        }
    }
}
