using System.Net;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests;

/// <summary>What happens in the rooms reaches the meter and the log of a mesh that is put together.</summary>
public sealed class MeshRuntimeTelemetryTests : IDisposable
{
    private const string Host = "reviews.default.svc.cluster.local";

    private const string Rules = """
        { "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80", "Labels": { "version": "v1" } } ] },
                        "ratings": { "Discovery": "ServiceDiscovery" } },
          "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "retries": { "attempts": 0 },
            "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ] } ] } },
          "DestinationRules": { "reviews": { "host": "reviews", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ],
            "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 2, "interval": "10s", "baseEjectionTime": "30s", "maxEjectionPercent": 100 } } } } }
        """;

    private readonly TestClock _clock = new();
    private readonly ScopedMeterFactory _meters = new();
    private readonly LogCapture _logs = new();
    private readonly FakeSource _source = new("rules");
    private readonly MeterCapture _capture;
    private readonly ScriptedTransport _transport;
    private readonly HttpClient _client;

    public MeshRuntimeTelemetryTests()
    {
        _capture = new MeterCapture(scope: _meters);
        _transport = new ScriptedTransport(_clock);
        _source.PushJson(Rules);
        _client = new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Sources = [_source],
            LoggerFactory = _logs,
            MeterFactory = _meters,
            TimeProvider = _clock,
            InnerHandler = _transport,
        }))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose()
    {
        _client.Dispose();
        _capture.Dispose();
        _meters.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Ejection_is_counted_and_logged_with_its_end_and_so_is_the_return()
    {
        _transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        for (var call = 0; call < 2; call++)
        {
            using var response = await GetAsync("http://reviews:9080/");
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }

        Assert.Equal(1, _capture.Sum("mesh.client.ejections", ("mesh.host", Host), ("mesh.subset", "v1")));
        var ejected = Assert.Single(_logs.Entries, entry => entry.Id.Id == 3000);
        Assert.Equal((LogLevel.Information, "10.0.0.1:80"), (ejected.Level, ejected.Values["Endpoint"]));
        Assert.Equal($"outbound|9080|v1|{Host}", ejected.Values["Cluster"]);
        Assert.Equal("2 errors in a row", ejected.Values["Reason"]);
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(30), ejected.Values["Until"]);

        _clock.Advance(TimeSpan.FromSeconds(30));
        var returned = Assert.Single(_logs.Entries, entry => entry.Id.Id == 3001);
        Assert.Equal((LogLevel.Information, "10.0.0.1:80"), (returned.Level, returned.Values["Endpoint"]));
    }

    [Fact]
    public void Reloads_are_counted_by_how_they_ended()
    {
        _source.PushJson("""{ "Services": {} }""");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _source.PushJson("{");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _source.PushJson(Rules);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, _capture.Sum("mesh.client.configuration.reloads", ("mesh.reload.result", "accepted")));
        Assert.Equal(1, _capture.Sum("mesh.client.configuration.reloads", ("mesh.reload.result", "refused")));
    }

    [Fact]
    public async Task Failed_discovery_is_counted_for_its_service()
    {
        using var response = await GetAsync("http://ratings/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(1, _capture.Sum("mesh.client.discovery.failures", ("mesh.host", "ratings.default.svc.cluster.local")));
    }

    private Task<HttpResponseMessage> GetAsync(string uri) => _client.GetAsync(uri, TestContext.Current.CancellationToken);
}
