using Mesh.Client.LoadBalancing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.Tests.LoadBalancing;

public sealed class LoadReportMiddlewareTests
{
    [Fact]
    public async Task Caller_that_asks_is_told_the_load()
    {
        await using var server = await StartAsync();

        using var response = await server.SendAsync("/", (LoadReport.HeaderName, LoadReport.Question));

        Assert.True(LoadReport.TryParse(Assert.Single(response.Headers.GetValues(LoadReport.HeaderName)), out var report));
        Assert.Equal(1, report.RequestsInFlight);
    }

    [Fact]
    public async Task Nobody_else_is_told()
    {
        await using var server = await StartAsync();

        using var plain = await server.SendAsync("/");
        using var other = await server.SendAsync("/", (LoadReport.HeaderName, "rif=1;latency=1"));

        Assert.False(plain.Headers.Contains(LoadReport.HeaderName));
        Assert.False(other.Headers.Contains(LoadReport.HeaderName));
    }

    [Fact]
    public async Task Request_that_throws_is_counted_out()
    {
        await using var server = await StartAsync();
        using var failed = await server.SendAsync("/throw");

        using var response = await server.SendAsync("/", (LoadReport.HeaderName, LoadReport.Question));

        Assert.StartsWith("rif=1;", Assert.Single(response.Headers.GetValues(LoadReport.HeaderName)), StringComparison.Ordinal);
    }

    private static Task<MeshServer> StartAsync() => MeshServer.StartAsync(new EditableRules(), app =>
    {
        app.UseMesh();
        app.MapGet("/", () => "answer");
        app.MapGet("/throw", IResult () => throw new InvalidOperationException("On purpose."));
    });
}
