using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>The kinds of Services that there are, at a real API server, called.</summary>
public sealed class KubeServiceKindTests(SharedKube kube)
{
    [KubeFact]
    public async Task Pod_with_an_address_of_each_family_is_one_endpoint_at_that_of_the_family_which_the_service_prefers()
    {
        await using var pods = await PodServer.StartAsync(isDualStack: true);
        await using var server = await KubeServer.StartAsync(
            ["endpointslices"], "--feature-gates=IPv6DualStack=true", "--service-cluster-ip-range=10.97.0.0/16,fd00:97::/108");
        var objects = new KubeObjects(server, "default");
        foreach (var (name, families) in new[] { ("six", "\"IPv6\", \"IPv4\""), ("four", "\"IPv4\", \"IPv6\"") })
        {
            await objects.AddServiceAsync(name, $$""", "ipFamilyPolicy": "RequireDualStack", "ipFamilies": [ {{families}} ] """);
            await objects.AddSliceAsync($"{name}-1", name, pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
            await server.Api.CreateAsync(
                "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
                KubeObjects.Slice($"{name}-2", name, pods.Port, """{ "addresses": [ "::1" ], "targetRef": { "kind": "Pod", "name": "pod-1" } }""")
                    .Replace("\"IPv4\"", "\"IPv6\"", StringComparison.Ordinal));
        }

        await using var mesh = new KubeMesh(server.KubeConfig, "default");
        Assert.Equal(["127.0.77.2", "::1"], await CalledAsync(mesh, "six"));
        Assert.Equal([$"127.0.77.2:{pods.Port}", $"[::1]:{pods.Port}"], Addresses(mesh, "six"));
        Assert.Equal(["127.0.77.1", "127.0.77.2"], await CalledAsync(mesh, "four"));
        Assert.Equal([$"127.0.77.1:{pods.Port}", $"127.0.77.2:{pods.Port}"], Addresses(mesh, "four"));

        // The pod is known by the other family still.
        await objects.RemoveSliceAsync("six-2");
        await Eventually.TrueAsync(() => Addresses(mesh, "six").SequenceEqual([$"127.0.77.1:{pods.Port}", $"127.0.77.2:{pods.Port}"]));
    }

    [KubeFact]
    public async Task Headless_service_is_called_at_its_endpoints()
    {
        await using var pods = await PodServer.StartAsync();
        var objects = await ObjectsAsync();
        await objects.AddServiceAsync("reviews", """, "clusterIP": "None" """);
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        await using var mesh = new KubeMesh(objects.KubeConfig, objects.Namespace);

        Assert.Equal(["127.0.77.1", "127.0.77.2"], await CalledAsync(mesh, "reviews"));
    }

    [KubeFact]
    public async Task Headless_service_without_ports_is_called_at_the_port_of_the_caller()
    {
        await using var pods = await PodServer.StartAsync();
        var objects = await ObjectsAsync();
        await objects.CreateAsync("/api/v1", "services", """{ "metadata": { "name": "reviews" }, "spec": { "clusterIP": "None", "selector": { "app": "reviews" } } }""");
        await SliceAsync(objects, "reviews", KubeObjects.Endpoint(1), "");
        await using var mesh = new KubeMesh(objects.KubeConfig, objects.Namespace);

        Assert.Equal(["127.0.77.1"], await CalledAsync(mesh, $"reviews:{pods.Port}"));
    }

    [KubeFact]
    public async Task Service_without_selector_is_called_at_the_endpoints_that_somebody_wrote()
    {
        await using var pods = await PodServer.StartAsync();
        var objects = await ObjectsAsync();
        await objects.CreateAsync("/api/v1", "services", """{ "metadata": { "name": "legacy" }, "spec": { "ports": [ { "port": 80 } ] } }""");
        await SliceAsync(
            objects,
            "legacy",
            """{ "addresses": [ "127.0.77.1" ] }, { "addresses": [ "127.0.77.2", "127.0.77.3" ] }""",
            $$"""{ "port": {{pods.Port}} }""");
        await using var mesh = new KubeMesh(objects.KubeConfig, objects.Namespace);

        Assert.Equal(["127.0.77.1", "127.0.77.2"], await CalledAsync(mesh, "legacy"));
        Assert.All(mesh.Mesh.GetClusters()[0].Endpoints, endpoint => Assert.Empty(endpoint.Labels));

        // There are no pods to be watched.
        Assert.Equal(2, mesh.Get<ServiceWatches>().Count);
    }

    [KubeFact]
    public async Task Ports_are_told_apart_by_name_and_have_the_protocol_that_they_say()
    {
        await using var web = await PodServer.StartAsync();
        await using var admin = await PodServer.StartAsync();
        var objects = await ObjectsAsync();
        await objects.AddServiceAsync(
            "reviews",
            ports: """
                { "name": "web", "port": 80, "targetPort": "web", "appProtocol": "kubernetes.io/h2c" }, { "name": "admin", "port": 81, "targetPort": "admin", "appProtocol": "http" },
                { "name": "grpc-x", "port": 82 }, { "name": "raw", "port": 83, "appProtocol": "example.com/odd" }, { "name": "dns", "port": 53, "protocol": "UDP" }
                """);
        await SliceAsync(
            objects,
            "reviews",
            KubeObjects.Endpoint(1),
            $$"""{ "name": "web", "port": {{web.Port}} }, { "name": "admin", "port": {{admin.Port}} }, { "name": "dns", "port": 53, "protocol": "UDP" }""");
        await using var mesh = new KubeMesh(objects.KubeConfig, objects.Namespace);
        await CalledAsync(mesh, "reviews");
        var before = admin.Calls.Count;
        Assert.Equal(["127.0.77.1"], await CalledAsync(mesh, "reviews:81"));

        Assert.Equal((0, 1), (before, admin.Calls.Count));
        using var document = System.Text.Json.JsonDocument.Parse(mesh.Get<ServiceDocuments>().Load()[1].Text);
        var ports = document.RootElement.GetProperty("Services").GetProperty($"{objects.Namespace}/reviews").GetProperty("Ports").EnumerateArray();
        Assert.Equal(
            ["80 web HTTP2", "81 admin HTTP", "82 grpc-x GRPC", "83 raw "],
            ports.Select(port => $"{port.GetProperty("Number")} {port.GetProperty("Name")} {(port.TryGetProperty("Protocol", out var protocol) ? protocol : "")}"));
    }

    private static IEnumerable<string> Addresses(KubeMesh mesh, string service) => mesh.Mesh.GetClusters()
        .Where(cluster => cluster.Service.StartsWith(service + ".", StringComparison.Ordinal))
        .SelectMany(cluster => cluster.Endpoints)
        .Select(endpoint => endpoint.Address)
        .Order(StringComparer.Ordinal);

    /// <summary>Who answers of many calls.</summary>
    private static async Task<IEnumerable<string>> CalledAsync(KubeMesh mesh, string authority)
    {
        await KubeServiceTests.KnowAsync(mesh, $"http://{authority}/");
        var called = new SortedSet<string>(StringComparer.Ordinal);
        for (var call = 0; call < 40; call++)
        {
            called.Add(await mesh.CallAsync($"http://{authority}/"));
        }

        return called;
    }

    private static Task SliceAsync(KubeObjects objects, string service, string endpoints, string ports) => objects.CreateAsync(
        "/apis/discovery.k8s.io/v1",
        "endpointslices",
        $$"""
        { "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": { "name": "{{service}}-1", "labels": { "kubernetes.io/service-name": "{{service}}" } },
          "addressType": "IPv4", "endpoints": [ {{endpoints}} ], "ports": [ {{ports}} ] }
        """);

    private async Task<KubeObjects> ObjectsAsync() => new(await kube.ServerAsync(), await kube.NamespaceAsync());
}
