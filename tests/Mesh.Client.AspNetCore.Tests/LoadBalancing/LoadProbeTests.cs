using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.Tests.LoadBalancing;

/// <summary>Requests that want the load of a server and nothing else.</summary>
public sealed class LoadProbeTests
{
    private static readonly (string, string) Question = (LoadReport.HeaderName, LoadReport.Question);

    private readonly EditableRules _rules = new();
    private readonly TaskCompletionSource _gate = new();
    private int _runs;

    [Fact]
    public async Task Probe_is_answered_with_the_report_and_the_application_does_not_run()
    {
        await using var server = await StartAsync();

        using var response = await server.SendAsync(HttpMethod.Options, LoadReport.ProbePath, Question);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.True(LoadReport.TryParse(Assert.Single(response.Headers.GetValues(LoadReport.HeaderName)), out _));
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task Probe_is_no_request_in_flight_and_leaves_no_latency()
    {
        await using var server = await StartAsync();
        for (var probe = 0; probe < 3; probe++)
        {
            using var response = await server.SendAsync(HttpMethod.Options, LoadReport.ProbePath, Question);
            Assert.Equal("rif=0;latency=0", Assert.Single(response.Headers.GetValues(LoadReport.HeaderName)));
        }
    }

    [Fact]
    public async Task Probe_tells_of_requests_that_others_have_in_flight()
    {
        await using var server = await StartAsync();
        var waiting = server.SendAsync("/wait");
        await Eventually.TrueAsync(() => Volatile.Read(ref _runs) == 1);

        using var response = await server.SendAsync(HttpMethod.Options, LoadReport.ProbePath, Question);

        Assert.StartsWith("rif=1;", Assert.Single(response.Headers.GetValues(LoadReport.HeaderName)), StringComparison.Ordinal);
        _gate.SetResult();
        using var waited = await waiting;
    }

    [Theory]
    [InlineData("GET", LoadReport.ProbePath, LoadReport.Question)]
    [InlineData("HEAD", LoadReport.ProbePath, LoadReport.Question)]
    [InlineData("OPTIONS", "/", LoadReport.Question)]
    [InlineData("OPTIONS", LoadReport.ProbePath + "/more", LoadReport.Question)]
    [InlineData("OPTIONS", LoadReport.ProbePath, "other")]
    [InlineData("OPTIONS", LoadReport.ProbePath, null)]
    public async Task Anything_else_is_the_applications(string method, string path, string? question)
    {
        await using var server = await StartAsync();
        (string, string)[] headers = question is null ? [] : [(LoadReport.HeaderName, question)];

        using var response = await server.SendAsync(new HttpMethod(method), path, headers);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, _runs);
        Assert.Equal(question == LoadReport.Question, response.Headers.Contains(LoadReport.HeaderName));
    }

    [Fact]
    public async Task Probe_is_refused_like_everything_else_where_a_policy_cannot_be_enforced()
    {
        await using var server = await StartAsync();
        _rules.Current = _rules.Current with
        {
            UnbuiltSecurityPolicies =
            [
                new()
                {
                    Node = ConfigurationNode.Root("", PathStyle.Colons, NodeKind.Mapping, null, SourcePosition.None),
                    Metadata = new() { Kind = "AuthorizationPolicy", Name = "closed", Namespace = "default" },
                    Demand = SecurityDemand.Authorization,
                    Selector = new Dictionary<string, string>(),
                },
            ],
        };

        using var response = await server.SendAsync(HttpMethod.Options, LoadReport.ProbePath, Question);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    private Task<MeshServer> StartAsync() => MeshServer.StartAsync(_rules, app =>
    {
        app.UseMesh();
        app.Run(async context =>
        {
            Interlocked.Increment(ref _runs);
            if (context.Request.Path == "/wait")
            {
                await _gate.Task;
            }
        });
    });
}
