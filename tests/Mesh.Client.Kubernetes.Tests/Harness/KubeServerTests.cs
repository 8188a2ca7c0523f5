namespace Mesh.Client.Kubernetes.Tests.Harness;

public sealed class KubeServerTests(SharedKube kube)
{
    [KubeFact]
    public async Task Server_keeps_objects_of_the_resources_that_tests_use()
    {
        var server = await kube.ServerAsync();
        var space = await kube.NamespaceAsync();
        await server.Api.CreateAsync(
            $"/apis/discovery.k8s.io/v1/namespaces/{space}/endpointslices",
            """{ "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": { "name": "one" }, "addressType": "IPv4", "endpoints": [] }""");
        await server.Api.CreateAsync(
            $"/apis/networking.istio.io/v1/namespaces/{space}/virtualservices",
            """{ "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": { "name": "one" }, "spec": { "hosts": [ "one" ] } }""");

        Assert.Contains("\"one\"", await server.Api.GetAsync($"/apis/networking.istio.io/v1alpha3/namespaces/{space}/virtualservices/one"), StringComparison.Ordinal);
        Assert.Contains("one", await server.KubectlAsync("-n", space, "get", "virtualservices,endpointslices.discovery.k8s.io", "-o", "name"), StringComparison.Ordinal);
    }
}
