using System.Collections.Concurrent;
using System.Net;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests;

/// <summary>Calls that go on while the token by which a real API server lets the mesh in comes to its end.</summary>
public sealed class KubeMeshTokenTests(SharedKube kube) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-kube-tokens").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [KubeFact]
    public async Task Token_that_expires_costs_no_call_whether_its_file_is_replaced_in_time_or_late()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await using var pods = await PodServer.StartAsync();
        var reviews = await ReviewsAtKube.CreateAsync(api, space, pods);
        var tokens = await AccountTokens.CreateAsync(api, space);
        await using var network = new CuttingProxy(api.Address);
        var inTime = await WriteAsync("in-time", network.Address, api);
        var late = await WriteAsync("late", api.Address, api);
        var (inTimeClock, lateClock) = (new OtherClock(TimeSpan.Zero), new OtherClock(TimeSpan.Zero));
        await ReplaceAsync(tokens.Create(TimeSpan.FromHours(1)), "in-time", "late");

        // The one keeps its streams open, the other has to ask again every other second.
        await using var first = await reviews.CallerAsync(inTime, time: inTimeClock);
        var answers = new ConcurrentDictionary<string, HttpStatusCode>();
        await using var second = await reviews.CallerAsync(late, time: lateClock, connect: access => new ShortWatches(ApiTransport.Create(access.Transport, access.Place), answers));
        await using var firstCalls = Calls.Start(first, "http://reviews/");
        await using var secondCalls = Calls.Start(second, "http://reviews/");
        await using var ruled = Calls.Start(second, "http://still.test/", 418);

        // After a minute files are read again, and all streams of both are opened with the token that ends soon.
        var ending = tokens.Create(TimeSpan.FromSeconds(8));
        await ReplaceAsync(ending, "in-time", "late");
        inTimeClock.Ahead = lateClock.Ahead = TimeSpan.FromMinutes(2);
        network.Break();
        await Eventually.TrueAsync(() => Token(first) == ending && Token(second) == ending);
        await reviews.ChangeEndpointsAsync(1, 4);
        await ReviewsAtKube.HasAsync(first, 1, 4);
        await ReviewsAtKube.HasAsync(second, 1, 4);
        await ReplaceAsync(tokens.Create(TimeSpan.FromHours(1)), "in-time");

        // By a clock that is set back the next minute is far from over.
        lateClock.Ahead = TimeSpan.FromDays(-1);
        await Eventually.TrueAsync(
            () => Task.FromResult(second.Log.Complaints.Any(entry => entry.Message.Contains("does not accept the credentials of context 'test' of", StringComparison.Ordinal))),
            TimeSpan.FromSeconds(90),
            "the token to expire");
        await Eventually.TrueAsync(() => answers.Values.All(answer => answer == HttpStatusCode.Unauthorized), "the last stream of the second to end");

        // Streams that were opened with it stay open.
        await reviews.ChangeEndpointsAsync(1, 3);
        await ReviewsAtKube.HasAsync(first, 1, 3);
        Assert.Empty(first.Log.Complaints);
        network.Break();
        await reviews.ChangeEndpointsAsync(2, 3);
        await reviews.ChangeProbeAsync(451);
        await ReviewsAtKube.HasAsync(first, 2, 3);
        await ReviewsAtKube.ProbedAsync(first, 451);
        Assert.Empty(first.Log.Complaints);

        await Eventually.TrueAsync(() => second.Discovery("reviews")!.State == MeshDiscoveryState.Stale);
        Assert.Equal([PodServer.Address(1), PodServer.Address(4)], second.Endpoints("reviews", "v1"));
        await ReplaceAsync(tokens.Create(TimeSpan.FromHours(1)), "late");
        await ReviewsAtKube.HasAsync(second, 2, 3);
        await ReviewsAtKube.ProbedAsync(second, 451);
        Assert.Empty(await firstCalls.StopAsync());
        Assert.Empty(await secondCalls.StopAsync());
        Assert.Empty(await ruled.StopAsync());
    }

    private async Task<string> WriteAsync(string name, Uri server, KubeServer api)
    {
        var path = Path.Combine(_folder, name + ".kubeconfig");
        await File.WriteAllTextAsync(path, KubeConfigs.For(server, api.File("ca.crt"), $"tokenFile: {name}"));
        return path;
    }

    /// <summary>In one step, as a kubelet does.</summary>
    private async Task ReplaceAsync(string token, params string[] names)
    {
        foreach (var path in names.Select(name => Path.Combine(_folder, name)))
        {
            await File.WriteAllTextAsync(path + ".new", token);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    private static string? Token(KubeMesh mesh) => mesh.Get<KubernetesCluster>().Server.Access?.Authorization?.Parameter;
}
