using Mesh.Client.LoadBalancing;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.Tests.LoadBalancing;

/// <summary>A client that balances by PREQUAL in front of real servers, in its own time.</summary>
public sealed class PrequalProbingTests : IAsyncDisposable
{
    private const string Probes = "mesh.client.load_probes";

    private readonly TestClock _clock = new();
    private readonly ScopedMeterFactory _meters = new();
    private readonly MeterCapture _capture;
    private readonly List<MeshServer> _servers = [];
    private HttpClient? _client;
    private int _runs;
    private int _probes;

    public PrequalProbingTests() => _capture = new MeterCapture(scope: _meters);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _capture.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Servers_with_UseMesh_answer_probes_without_running_their_application()
    {
        await StartAsync(app => app.UseMesh());
        await CallAsync(2);

        await Eventually.TrueAsync(() => _capture.Of(Probes).Count == 3);
        Assert.Equal(3, _capture.Sum(Probes, ("mesh.load_probe.result", "answered")));
        Assert.Equal((2, 0), (_runs, _probes));
    }

    [Fact]
    public async Task Servers_without_UseMesh_are_asked_in_vain_and_then_left_alone_for_longer_and_longer()
    {
        await StartAsync(_ => { });
        await CallAsync(1);
        var timers = _clock.LiveTimers;
        await CallAsync(1);
        await EndedAsync(3, timers);
        Assert.Equal(3, _capture.Sum(Probes, ("mesh.load_probe.result", "no_report")));

        // Half of the first back-off at least.
        _clock.Advance(TimeSpan.FromMilliseconds(450));
        await CallAsync(10);
        Assert.Equal((12, 3), (_runs - _probes, _probes));

        for (var round = 1; round < 5; round++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1 << round));
            await CallAsync(2);
            await EndedAsync(3 * (round + 1), timers);
        }

        _clock.Advance(TimeSpan.FromSeconds(7));
        await CallAsync(20);
        Assert.Equal(15, _probes);
    }

    /// <summary>A round is over when its deadline is gone from the clock.</summary>
    private async Task EndedAsync(int probes, int timers)
    {
        await Eventually.TrueAsync(() => _capture.Of(Probes).Count == probes);
        await Eventually.TrueAsync(() => _clock.LiveTimers == timers);
    }

    private async Task StartAsync(Action<WebApplication> configure)
    {
        for (var server = 0; server < 12; server++)
        {
            _servers.Add(await MeshServer.StartAsync(new EditableRules(), app =>
            {
                configure(app);
                app.Run(context =>
                {
                    Interlocked.Increment(ref _runs);
                    if (context.Request.Path == LoadReport.ProbePath)
                    {
                        Interlocked.Increment(ref _probes);
                    }

                    return Task.CompletedTask;
                });
            }));
        }

        // So few calls leave little to spare for probes, and this is not about that.
        var rules = new FakeSource("rules");
        var endpoints = string.Join(", ", _servers.Select(server => $$"""{ "Address": "{{server.Address.Authority}}" }"""));
        rules.PushJson($$"""
            { "Seed": 1, "Services": { "shop": { "Endpoints": [ {{endpoints}} ] } },
              "DestinationRules": { "shop": { "host": "shop", "x-mesh": { "trafficPolicy": { "loadBalancer": { "policy": "PREQUAL" },
                "retryBudget": { "minRetriesPerSecond": 100 } } } } } }
            """);
        _client = new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [rules], MeterFactory = _meters, TimeProvider = _clock }));
    }

    private async Task CallAsync(int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            using var response = await _client!.GetAsync("http://shop/", TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }
}
