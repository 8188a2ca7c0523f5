using Mesh.Client.Kubernetes.OpenShift;
using Mesh.Client.Kubernetes.Tests.Deployment;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.OpenShift;

public sealed class KubeRouteTests(SharedKube kube)
{
    [KubeFact]
    public async Task Route_of_the_sample_is_read()
    {
        var kubeServer = await kube.ServerAsync();
        using var manifests = await BookinfoManifests.OnAsync(kubeServer);
        await kubeServer.KubectlAsync("apply", "-f", await manifests.BuildAsync("overlays/openshift"));
        using var server = Watches.Connect(kubeServer.KubeConfig);
        using var watch = Watches.Start(server, RouteObject.Type, new ResourceScope(BookinfoManifests.Namespace));
        await Eventually.EndsAsync(watch.FirstAnswer);

        var route = watch.Objects[new(BookinfoManifests.Namespace, "bookinfo")].Value.Spec!;

        Assert.Null(route.Host);
        Assert.Equal(new RouteTarget("Service", "productpage", 100), route.To);
        Assert.Equal("http", route.Port!.TargetPort.GetString());
        Assert.Equal(new RouteTls("edge", "Redirect"), route.Tls);
    }

    [KubeFact]
    public async Task Route_with_weights_and_what_routers_say_of_it_is_followed()
    {
        var (kubeServer, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var path = $"/apis/route.openshift.io/v1/namespaces/{space}/routes";
        await kubeServer.Api.CreateAsync(path, """
            {
              "apiVersion": "route.openshift.io/v1", "kind": "Route", "metadata": { "name": "one" },
              "spec": {
                "host": "shop.example.com", "path": "/cart", "port": { "targetPort": 8080 },
                "to": { "kind": "Service", "name": "a", "weight": 3 }, "alternateBackends": [ { "kind": "Service", "name": "b" } ],
                "tls": { "termination": "reencrypt", "key": "not read" }
              }
            }
            """);
        using var server = Watches.Connect(kubeServer.KubeConfig);
        using var watch = Watches.Start(server, RouteObject.Type, new ResourceScope(space));
        await Eventually.EndsAsync(watch.FirstAnswer);
        var route = watch.Objects[new(space, "one")].Value;
        Assert.Equal(("shop.example.com", "/cart", 8080), (route.Spec!.Host, route.Spec.Path, route.Spec.Port!.TargetPort.GetInt32()));
        Assert.Equal([new RouteTarget("Service", "b", null)], route.Spec.AlternateBackends!);
        Assert.Null(route.Status);

        await kubeServer.Api.PatchAsync(
            $"{path}/one/status",
            """{ "status": { "ingress": [ { "host": "shop.example.com", "routerName": "default", "conditions": [ { "type": "Admitted", "status": "True" } ] } ] } }""");

        await Eventually.TrueAsync(() => watch.Objects[new(space, "one")].Value.Status is not null);
        var ingress = Assert.Single(watch.Objects[new(space, "one")].Value.Status!.Ingress!);
        Assert.Equal("default", ingress.RouterName);
        Assert.Equal([new RouteCondition("Admitted", "True")], ingress.Conditions!);
    }
}
