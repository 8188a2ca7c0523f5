using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What a caller asked for one call, after a redirect.</summary>
public sealed class RedirectTests
{
    /// <summary>Host <c>shop</c> leads to all servers, host <c>other</c> to the second one.</summary>
    private const string Rules = """
        "VirtualServices": { "other": { "hosts": [ "other" ], "http": [
          { "route": [ { "destination": { "host": "shop", "subset": "one" } } ] } ] } },
        "DestinationRules": { "shop": { "host": "shop", "subsets": [
          { "name": "zero", "labels": { "server": "0" } }, { "name": "one", "labels": { "server": "1" } } ] } }
        """;

    [Fact]
    public async Task Redirect_to_another_host_drops_the_subset()
        => Assert.Equal("one", (await FollowAsync("http://other/to", new MeshCallOptions { Subset = "zero" })).Subset);

    [Theory]
    [InlineData("/to")]
    [InlineData("http://SHOP/to")]
    [InlineData("http://shop.default/to")]
    public async Task Redirect_to_the_same_host_keeps_the_subset(string location)
        => Assert.Equal("zero", (await FollowAsync(location, new MeshCallOptions { Subset = "zero" })).Subset);

    [Fact]
    public async Task Redirect_to_another_host_keeps_key_timeout_and_retries()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/from");
        request.SetMesh(new MeshCallOptions { Subset = "zero", HashKey = "jason", Timeout = TimeSpan.FromMinutes(1), DisableRetries = true });
        await FollowAsync("http://other/to", request);
        var options = request.GetMesh()!;

        Assert.Equal((null, "jason", TimeSpan.FromMinutes(1), true), (options.Subset, options.HashKey, options.Timeout, options.DisableRetries));
    }

    [Fact]
    public async Task Redirect_to_no_address_comes_back_as_it_is()
    {
        await using var mesh = await FleetMesh.StartAsync(
            1, new FleetOptions { Map = app => app.MapGet("/from", (HttpContext context) => context.Response.Redirect("//")) });

        using var response = await mesh.Client.GetAsync("http://shop/from", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    private static async Task<MeshResult> FollowAsync(string location, MeshCallOptions options)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/from");
        request.SetMesh(options);
        return await FollowAsync(location, request);
    }

    private static async Task<MeshResult> FollowAsync(string location, HttpRequestMessage request)
    {
        await using var mesh = await FleetMesh.StartAsync(
            2, new FleetOptions { Map = app => app.MapGet("/from", (HttpContext context) => context.Response.Redirect(location)) }, rules: Rules);
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("/to", response.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.True(response.TryGetMeshResult(out var result));
        return result;
    }
}
