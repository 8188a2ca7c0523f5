using Mesh.Client.Pipeline;

namespace Mesh.Client.Tests.Transport;

/// <summary>What callers get of answers that break off after their headers, over real connections.</summary>
public sealed class BrokenBodyTests
{
    private const string Ejecting = """
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } } } }
        """;

    [Fact]
    public async Task Whole_body_that_breaks_off_is_a_failed_call_that_retraces_its_way()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Ejecting);
        using var response = await BrokenAsync(mesh);

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
        Assert.StartsWith("call to shop.default.svc.cluster.local: endpoint ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(": attempt 1 of 3: UC: the response broke off after its headers: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal((MeshResponseFlags.UpstreamConnectionTermination, mesh.Fleet[0].Address), (failure.Result.Flags, failure.Result.Endpoint));
        Assert.True(IsEjected(mesh));
    }

    [Fact]
    public async Task Stream_that_breaks_off_fails_as_without_the_mesh_and_its_result_says_why()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Ejecting);
        using var response = await BrokenAsync(mesh);
        var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.UpstreamConnectionTermination, result.Flags);
        Assert.True(IsEjected(mesh));
    }

    /// <summary>The limit is the client's, whatever the endpoint sends.</summary>
    [Fact]
    public async Task Endpoint_is_not_blamed_for_a_body_that_is_too_long_for_the_client()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Ejecting);
        mesh.Fleet[0].Respond = context => context.Response.Body.WriteAsync(new byte[100]).AsTask();
        mesh.Client.MaxResponseContentBufferSize = 10;

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken));

        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, failure.HttpRequestError);
        Assert.False(IsEjected(mesh));
    }

    private static bool IsEjected(FleetMesh mesh) => ((MeshHandler)mesh.Handler).Runtime.GetClusters().Single().Endpoints.Single().IsEjected;

    /// <summary>An answer of which 20 bytes of 100 come, and then, once its headers are here, the end of the connection.</summary>
    private static async Task<HttpResponseMessage> BrokenAsync(FleetMesh mesh)
    {
        var areHere = new TaskCompletionSource();
        mesh.Fleet[0].Respond = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(new byte[20]);
            await context.Response.Body.FlushAsync();
            await areHere.Task;
            context.Abort();
        };
        var response = await mesh.Client.GetAsync("http://shop/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        areHere.SetResult();
        return response;
    }
}
