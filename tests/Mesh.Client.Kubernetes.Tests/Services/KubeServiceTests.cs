using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>Calls to Services of a real API server, answered by real servers.</summary>
public sealed class KubeServiceTests(SharedKube kube)
{
    [KubeFact]
    public async Task Host_that_no_rule_names_is_called_as_the_service_that_it_is()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        await using var mesh = new KubeMesh(server.KubeConfig, space);

        foreach (var host in (string[])["reviews", $"reviews.{space}", $"reviews.{space}.svc", $"reviews.{space}.svc.cluster.local"])
        {
            Assert.StartsWith("127.0.77.", await mesh.CallAsync($"http://{host}/"), StringComparison.Ordinal);
        }

        Assert.Equal(["127.0.77.1", "127.0.77.2"], mesh.Endpoints("reviews"));
        Assert.Equal("Kubernetes", mesh.Discovery("reviews")!.Source);
    }
}
