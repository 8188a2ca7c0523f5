using System.Globalization;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>What a process costs that calls few services of a large cluster. Prints what it measured.</summary>
[Trait("Category", "Soak")]
public sealed class KubeScaleTests(ITestOutputHelper output)
{
    private const string Space = "default";
    private const int Called = 20;
    private const int Services = 5_000;
    private const int Endpoints = 20;

    [KubeFact]
    public async Task Memory_and_bytes_follow_the_services_that_are_called()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        await CreateAsync(api, pods.Port, 0, Called, withPods: true);
        var small = await MeasureAsync(api, "20 services of 20 endpoints each in the cluster, all called");
        await CreateAsync(api, pods.Port, Called, Services, withPods: false);
        var large = await MeasureAsync(api, $"{Services:N0} services and {Services * Endpoints:N0} endpoints in the cluster, 20 called");

        Assert.Equal(small.Watches, large.Watches);
        Assert.True(large.Bytes < 1.1 * small.Bytes, $"{large.Bytes:N0} bytes were received in place of {small.Bytes:N0}.");
        Assert.True(large.Memory < (1.1 * small.Memory) + 1_000_000, $"{large.Memory:N0} bytes are kept in place of {small.Memory:N0}.");
    }

    private async Task<(long Bytes, long Memory, int Watches)> MeasureAsync(KubeServer api, string what)
    {
        await using var network = new CuttingProxy(api.Address);
        var kubeConfig = api.File("through.kubeconfig");
        await File.WriteAllTextAsync(kubeConfig, KubeConfigs.For(network.Address, api.File("ca.crt"), $"token: {await File.ReadAllTextAsync(api.File("admin.token"))}"));
        await using var mesh = new KubeMesh(kubeConfig, Space);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var index = 0; index < Called; index++)
        {
            Assert.Equal(PodServer.Address(1), await mesh.CallAsync($"http://{Name(index)}/"));
        }

        await Task.Delay(TimeSpan.FromSeconds(5));
        mesh.Log.Clear();
        var result = (network.BytesReceived, GC.GetTotalMemory(forceFullCollection: true) - before, mesh.Get<ServiceWatches>().Count);
        output.WriteLine($"{what}: {result.BytesReceived:N0} bytes received (TLS and gzip as sent), {result.Item2:N0} bytes kept, {result.Count} watches.");
        return result;
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"service-{index}");

    private static Task CreateAsync(KubeServer api, int port, int from, int to, bool withPods) => Parallel.ForEachAsync(
        Enumerable.Range(from, to - from),
        new ParallelOptions { MaxDegreeOfParallelism = 8 },
        async (index, _) =>
        {
            var objects = new KubeObjects(api, Space);
            var name = Name(index);
            await objects.AddServiceAsync(name);
            // Only the first is called: the others have not started yet.
            await objects.AddSliceAsync(name + "-1", name, port, [.. Enumerable.Range(0, Endpoints).Select(endpoint => withPods && endpoint == 0
                ? $$"""{ "addresses": [ "{{PodServer.Address(1)}}" ], "targetRef": { "kind": "Pod", "name": "{{name}}-{{endpoint}}" }, "nodeName": "node-{{endpoint}}", "zone": "eu-1a" }"""
                : $$"""{ "addresses": [ "10.{{index / 250}}.{{index % 250}}.{{endpoint}}" ], "conditions": { "ready": false }, "targetRef": { "kind": "Pod", "name": "{{name}}-{{endpoint}}" }, "nodeName": "node-{{endpoint}}", "zone": "eu-1a" }""")]);
            for (var pod = 0; withPods && pod < Endpoints; pod++)
            {
                await api.Api.CreateAsync(
                    $"/api/v1/namespaces/{Space}/pods",
                    $$"""{ "metadata": { "name": "{{name}}-{{pod}}", "labels": { "app": "{{name}}", "version": "v1" } }, "spec": { "containers": [ { "name": "x", "image": "x" } ] } }""");
            }
        });
}
