using System.Net;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests;

/// <summary>Reports of servers that cannot be used, in a mesh that is put together.</summary>
public sealed class LoadReporterTests : IDisposable
{
    private const string Host = "reviews.default.svc.cluster.local";
    private const string Refused = "mesh.client.load_reports.refused";

    private readonly MeshFixture _mesh = new("""
        "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
        "DestinationRules": { "reviews": { "host": "reviews", "x-mesh": { "trafficPolicy": { "loadBalancer": { "policy": "PREQUAL" } } } } }
        """);

    private readonly MeterCapture _capture;

    public LoadReporterTests() => _capture = new MeterCapture(scope: _mesh.Meters);

    public void Dispose()
    {
        _capture.Dispose();
        _mesh.Dispose();
    }

    [Theory]
    [InlineData("malformed", "rif=many;latency=1")]
    [InlineData("out_of_range", "rif=1;latency=99999999999")]
    [InlineData("repeated", "rif=1;latency=1", "rif=2;latency=2")]
    public async Task Report_that_cannot_be_used_is_counted_with_its_fault_and_changes_nothing(string fault, params string[] values)
    {
        await CallAsync("rif=7;latency=1000");

        await CallAsync(values);

        Assert.Equal(1, _capture.Sum(Refused));
        Assert.Equal(1, _capture.Sum(Refused, ("mesh.host", Host), ("mesh.load_report.fault", fault)));
        var endpoint = Assert.Single(Assert.Single(((MeshHandler)_mesh.Handler).Runtime.Clusters.GetStates()).Endpoints.All);
        Assert.Equal(7, EndpointLoad.Of(endpoint).Reported.RequestsInFlight);
    }

    [Fact]
    public async Task It_is_logged_once_for_the_endpoint_with_the_value_quoted_and_cut()
    {
        await CallAsync(new string('x', 5000));
        await CallAsync("rif=");

        var entry = Assert.Single(_mesh.Logs.Entries, entry => entry.Id.Id == 9000);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Equal("10.0.0.1:80", entry.Values["Endpoint"]);
        Assert.Equal($"outbound|9080||{Host}", entry.Values["Cluster"]);
        Assert.Equal($"'{new string('x', 200)}...'", entry.Values["Value"]);
        Assert.Equal("malformed", entry.Values["Fault"]);
        Assert.Equal(2, _capture.Sum(Refused));
    }

    [Fact]
    public async Task Of_many_endpoints_only_so_many_are_logged()
    {
        var endpoints = string.Join(", ", Enumerable.Range(0, LoadReporter.Limit + 20).Select(index => $$"""{ "Address": "10.0.1.{{index}}:80" }"""));
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ {{endpoints}} ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "x-mesh": { "trafficPolicy": { "loadBalancer": { "policy": "PREQUAL" } } } } }
            """);
        foreach (var index in Enumerable.Range(0, LoadReporter.Limit + 20))
        {
            mesh.Transport[$"10.0.1.{index}:80"].Always(Answering("busy"));
        }

        var asked = new HashSet<string>();
        while (asked.Count < LoadReporter.Limit + 20)
        {
            asked.Add((await MeshFixture.ResultAsync(mesh.GetAsync())).Endpoint!);
        }

        Assert.Equal(LoadReporter.Limit, mesh.Logs.Entries.Count(entry => entry.Id.Id == 9000));
    }

    private static TransportStep Answering(params string[] values) => TransportStep.Answer(_ =>
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK);
        foreach (var value in values)
        {
            response.Headers.TryAddWithoutValidation(LoadReport.HeaderName, value);
        }

        return response;
    });

    private async Task CallAsync(params string[] values)
    {
        _mesh.Transport["10.0.0.1:80"].Then(Answering(values));
        using var response = await _mesh.GetAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
