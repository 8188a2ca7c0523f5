using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Rules;

/// <summary>Calls by routes of the Gateway API that stand at a real API server.</summary>
public sealed class KubeGatewayApiTests(SharedKube kube)
{
    private const string Routes = "/apis/gateway.networking.k8s.io/v1/namespaces/{0}/httproutes";
    private const string Grants = "/apis/gateway.networking.k8s.io/v1beta1/namespaces/{0}/referencegrants";

    /// <summary>GEP-1294: between services a route adds nothing to what a client can reach.</summary>
    [KubeFact]
    public async Task Route_to_a_backend_of_another_namespace_holds_without_a_ReferenceGrant_and_one_is_read_and_told_to_change_nothing()
    {
        var (api, space, other) = (await kube.ServerAsync(), await kube.NamespaceAsync(), await kube.NamespaceAsync());
        await using var pods = await PodServer.StartAsync(2);
        await AddServiceAsync(new KubeObjects(api, space), "reviews", pods.Port, 1);
        await AddServiceAsync(new KubeObjects(api, other), "reviews-v2", pods.Port, 2);
        await api.Api.CreateAsync(At(Routes, space), $$"""
            { "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": { "name": "reviews" },
              "spec": { "parentRefs": [ { "group": "", "kind": "Service", "name": "reviews" } ],
                "rules": [ { "backendRefs": [ { "name": "reviews-v2", "namespace": "{{other}}", "port": 80 } ] } ] } }
            """);
        await using var mesh = new KubeMesh(api.KubeConfig, space, configure: options =>
        {
            (options.Rules, options.RootNamespace) = (true, null);
            options.Namespaces.Add(space);
            options.Namespaces.Add(other);
        });

        await Eventually.TrueAsync(async () => await mesh.CallAsync("http://reviews/") == PodServer.Address(2));

        await api.Api.CreateAsync(At(Grants, other), $$"""
            { "apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant", "metadata": { "name": "from-nobody" },
              "spec": { "from": [ { "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "nobody" } ], "to": [ { "group": "", "kind": "Service" } ] } }
            """);
        await Eventually.TrueAsync(() => mesh.Mesh.Findings.Any(finding => finding.Source == $"ReferenceGrant/{other}/from-nobody"));

        var finding = Assert.Single(mesh.Mesh.Findings, finding => finding.Source == $"ReferenceGrant/{other}/from-nobody");
        Assert.Equal((MeshFindingSeverity.Info, FindingCodes.UnbuiltResource), (finding.Severity, finding.Code));
        Assert.Equal(PodServer.Address(2), await mesh.CallAsync("http://reviews/"));
    }

    private static string At(string path, string space) => string.Format(System.Globalization.CultureInfo.InvariantCulture, path, space);

    private static async Task AddServiceAsync(KubeObjects objects, string name, int port, int pod)
    {
        await objects.AddServiceAsync(name);
        await objects.AddPodAsync(name, pod);
        await objects.AddSliceAsync(name + "-1", name, port, KubeObjects.Endpoint(pod));
    }
}
