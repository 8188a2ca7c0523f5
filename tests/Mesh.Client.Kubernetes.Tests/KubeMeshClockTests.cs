using System.Diagnostics;
using System.Globalization;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests;

/// <summary>Calls by rules and endpoints of an API server whose clock differs from that of this process.</summary>
public sealed class KubeMeshClockTests(SharedKube kube) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-kube-clocks").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [KubeFact]
    public async Task Clock_that_is_behind_or_ahead_of_the_server_by_an_hour_or_a_day_changes_nothing()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await using var pods = await PodServer.StartAsync();
        var reviews = await ReviewsAtKube.CreateAsync(api, space, pods);
        var tokens = await AccountTokens.CreateAsync(api, space);
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), tokens.Create(TimeSpan.FromMinutes(20)));
        var byFile = await WriteAsync("by-file", api, "tokenFile: token");

        // A plugin tells by the server's clock when its token ends.
        var runs = Path.Combine(_folder, "runs");
        var end = (DateTimeOffset.UtcNow + TimeSpan.FromMinutes(20)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var plugin = Path.Combine(_folder, "plugin");
        await File.WriteAllTextAsync(
            plugin, $$$"""echo run >> '{{{runs}}}'; printf '{"status":{"token":"%s","expirationTimestamp":"{{{end}}}"}}' "$(cat '{{{Path.Combine(_folder, "token")}}}')" """);
        var byPlugin = await WriteAsync("by-plugin", api, $$"""exec: { command: sh, args: [ "{{plugin}}" ], apiVersion: client.authentication.k8s.io/v1 }""");

        (TimeSpan Ahead, string KubeConfig)[] machines =
        [
            (TimeSpan.FromDays(-1), byPlugin), (TimeSpan.FromHours(-1), byFile), (TimeSpan.FromHours(1), byPlugin), (TimeSpan.FromDays(1), byFile),
        ];
        var start = Stopwatch.GetTimestamp();
        var meshes = new List<KubeMesh>();
        var calls = new List<Calls>();
        try
        {
            foreach (var (ahead, kubeConfig) in machines)
            {
                // Many requests, each of which might find its credentials too old.
                var mesh = await reviews.CallerAsync(
                    kubeConfig, time: new OtherClock(ahead), connect: access => new ShortWatches(ApiTransport.Create(access.Transport, access.Place)));
                meshes.Add(mesh);
                calls.AddRange([Calls.Start(mesh, "http://reviews/"), Calls.Start(mesh, "http://still.test/", 418)]);
            }

            for (var round = 1; round <= 3; round++)
            {
                await reviews.ChangeProbeAsync(450 + round);
                await reviews.ChangeEndpointsAsync(round, round + 1);
                foreach (var mesh in meshes)
                {
                    await ReviewsAtKube.ProbedAsync(mesh, 450 + round);
                    await ReviewsAtKube.HasAsync(mesh, round, round + 1);
                }
            }

            Assert.All(meshes, mesh => Assert.Equal(MeshDiscoveryState.Known, mesh.Discovery("reviews")!.State));
            Assert.All(meshes, mesh => Assert.InRange(mesh.Discovery("reviews")!.Age, TimeSpan.Zero, TimeSpan.FromMinutes(10)));
            Assert.All(meshes, mesh => Assert.Empty(mesh.Log.Complaints));
            foreach (var call in calls)
            {
                Assert.Empty(await call.StopAsync());
            }

            // By the clock that is ahead the token has ended, which has the plugin run every half a minute and not for each request.
            Assert.InRange((await File.ReadAllLinesAsync(runs)).Length, 2, 3 + (int)(Stopwatch.GetElapsedTime(start).TotalSeconds / 30));
        }
        finally
        {
            foreach (var call in calls)
            {
                await call.DisposeAsync();
            }

            foreach (var mesh in meshes)
            {
                await mesh.DisposeAsync();
            }
        }
    }

    private async Task<string> WriteAsync(string name, KubeServer api, string user)
    {
        var path = Path.Combine(_folder, name + ".kubeconfig");
        await File.WriteAllTextAsync(path, KubeConfigs.For(api.Address, api.File("ca.crt"), user));
        return path;
    }
}
