using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Tests.Rules;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests;

/// <summary>Kubernetes without dependency injection, at a real API server.</summary>
public sealed class KubeHandlerTests(SharedKube kube)
{
    [KubeFact]
    public async Task Services_and_rules_are_followed_until_the_handler_is_disposed_and_nothing_is_left_of_it()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1));
        await RuleMesh.CreateAsync(server, space, "one", "one.test", 418);
        await using var network = new CuttingProxy(server.Address);
        var time = new CountedTime();
        using var log = new LogCapture();
        var kubeConfig = await network.KubeConfigAsync(server);
        var options = new MeshHandlerOptions { TimeProvider = time, LoggerFactory = log }.AddKubernetes(kubernetes =>
        {
            kubernetes.KubeConfig = kubeConfig;
            kubernetes.RulesWait = TimeSpan.FromMinutes(1);
            kubernetes.Namespaces.Add(space);
        }).AddKubernetes(kubernetes => kubernetes.Namespace = space);
        for (var round = 0; round < 2; round++)
        {
            // On a thread of its own, which it blocks until the rules are there.
            using (var client = new HttpClient(await Task.Factory.StartNew(() => MeshClient.CreateHandler(options), TaskCreationOptions.LongRunning)))
            {
                Assert.Equal(418, await StatusAsync(client, "http://one.test/"));
                await Eventually.TrueAsync(async () => await StatusAsync(client, "http://reviews/") == 200);
                Assert.NotEqual(0, network.OpenConnections);
                Assert.NotEqual(0, time.Timers);
            }

            await Eventually.TrueAsync(() => network.OpenConnections == 0);
            await Eventually.TrueAsync(() => time.Timers == 0);
        }

        Assert.Empty(log.Complaints);
    }

    [Fact]
    public void Findings_at_the_object_take_a_host()
    {
        var options = new MeshHandlerOptions().AddKubernetes(kubernetes => kubernetes.Reports = MeshKubernetesReports.Events);

        var refusal = Assert.Throws<InvalidOperationException>(() => MeshClient.CreateHandler(options));

        Assert.Contains("MeshKubernetesOptions.Reports is Events", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>0 where there is none.</summary>
    private static async Task<int> StatusAsync(HttpClient client, string uri)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(uri));
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
