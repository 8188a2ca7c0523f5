using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Deployment;

public sealed class ManifestTests(SharedKube kube)
{
    [KubeFact]
    public async Task Manifests_are_accepted_by_the_server()
    {
        var server = await kube.ServerAsync();
        using var manifests = await BookinfoManifests.OnAsync(server);

        var names = BookinfoManifests.All.ToList();
        Assert.Equal(["base", "overlays/canary", "overlays/gateway-api", "overlays/istio-rules", "overlays/openshift"], names);
        foreach (var name in names)
        {
            var answers = (await server.KubectlAsync("apply", "--dry-run=server", "-f", await manifests.BuildAsync(name))).TrimEnd().Split('\n');
            Assert.All(answers, answer => Assert.EndsWith("(server dry run)", answer, StringComparison.Ordinal));
            Assert.Equal(6, answers.Count(answer => answer.StartsWith("deployment.apps/", StringComparison.Ordinal)));
        }
    }

    [KubeFact]
    public async Task Rules_of_the_tutorial_are_accepted_by_the_server()
    {
        var server = await kube.ServerAsync();
        using var manifests = await BookinfoManifests.OnAsync(server);

        var answer = await server.KubectlAsync(
            "apply", "--dry-run=server", "-n", BookinfoManifests.Namespace, "-f", RepositoryRoot.Combine("samples", "Bookinfo", "rules"));

        Assert.Equal(11, Directory.GetFiles(RepositoryRoot.Combine("samples", "Bookinfo", "rules"), "*.yaml").Length);
        Assert.Contains("virtualservice.networking.istio.io/reviews", answer, StringComparison.Ordinal);
    }
}
