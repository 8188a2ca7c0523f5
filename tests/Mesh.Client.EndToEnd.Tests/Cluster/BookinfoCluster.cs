using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.Kubernetes.Tests.Deployment;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Cluster;

/// <summary>Bookinfo as its manifests deploy it, on a real API server. What a cluster has beside that is done here: processes are started for the Deployments
/// as a kubelet does, and their pods and EndpointSlices are written as its controllers write them.</summary>
public sealed class BookinfoCluster : IAsyncLifetime
{
    private const string Slices = $"/apis/discovery.k8s.io/v1/namespaces/{BookinfoManifests.Namespace}/endpointslices";
    private const string PodPath = $"/api/v1/namespaces/{BookinfoManifests.Namespace}/pods";

    private readonly string _settings = Directory.CreateTempSubdirectory("bookinfo-cluster-").FullName;
    private readonly List<ClusterPod> _pods = [];
    private readonly Dictionary<string, JsonNode> _deployments = new(StringComparer.Ordinal);
    private KubeServer? _server;
    private BookinfoManifests? _manifests;
    private int _port;

    internal KubeServer Server => _server ?? throw new InvalidOperationException("The cluster is not started.");

    internal IReadOnlyList<ClusterPod> Pods => _pods;

    internal Uri Page => new($"http://{_pods.Single(pod => pod.Service == "productpage").Address}:{_port}/productpage");

    public async ValueTask InitializeAsync()
    {
        if (!ExternalPrograms.HasKubernetes)
        {
            return;
        }

        _server = await KubeServer.StartAsync();
        _manifests = await BookinfoManifests.OnAsync(_server);
        await _server.KubectlAsync("apply", "-f", await _manifests.BuildAsync(Path.Combine("overlays", "istio-rules")));
        await WriteSettingsAsync();
        foreach (var deployment in await ListAsync("/apis/apps/v1/namespaces/bookinfo/deployments"))
        {
            _deployments.Add((string)deployment["metadata"]!["name"]!, deployment);
        }

        _port = FreePort();
        await Task.WhenAll(_deployments.Keys.Select(deployment => StartAsync(deployment)));
        await Visitor.WarmAsync(Page);
    }

    /// <summary>One more pod of a Deployment, ready when this returns.</summary>
    internal async Task<ClusterPod> StartAsync(string deployment)
    {
        ClusterPod pod;
        lock (_pods)
        {
            var index = _pods.Count(other => other.Name.StartsWith(deployment + "-", StringComparison.Ordinal));
            pod = new ClusterPod(_deployments[deployment], index, $"127.0.88.{_pods.Count + 1}");
            _pods.Add(pod);
        }

        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = pod.Name, ["labels"] = pod.Template["metadata"]!["labels"]!.DeepClone() },
            ["spec"] = pod.Template["spec"]!.DeepClone(),
        };
        await Server.Api.CreateAsync(PodPath, body.ToJsonString());
        var kubeConfig = pod.Account is { } account ? await _manifests!.KubeConfigOfAsync(account) : null;
        await pod.StartAsync(_settings, _port, kubeConfig);
        await Server.Api.CreateAsync(Slices, $$"""
            {
              "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
              "metadata": { "name": "{{pod.Name}}", "labels": { "kubernetes.io/service-name": "{{pod.Service}}" } },
              "addressType": "IPv4", "endpoints": [ {{EndpointOf(pod, "\"ready\": true")}} ],
              "ports": [ { "name": "http", "port": {{_port}}, "protocol": "TCP", "appProtocol": "http" } ]
            }
            """);
        return pod;
    }

    /// <summary>What a rollout does to a pod: callers and the pod itself are told to end at the same time.</summary>
    internal async Task TerminateAsync(ClusterPod pod)
    {
        await Task.WhenAll(
            Server.Api.PatchAsync(
                $"{Slices}/{pod.Name}", $$"""{ "endpoints": [ {{EndpointOf(pod, "\"ready\": false, \"serving\": true, \"terminating\": true")}} ] }"""),
            pod.Process.TerminateAsync());
        await Eventually.TrueAsync(() => pod.Process.HasExited, "the end of a pod");
        await RemoveAsync(pod);
    }

    /// <summary>A pod that dies; nobody writes that down before <see cref="RemoveAsync"/>.</summary>
    internal static Task KillAsync(ClusterPod pod) => pod.Process.KillLauncherAsync();

    internal async Task RemoveAsync(ClusterPod pod)
    {
        await Server.Api.DeleteAsync($"{Slices}/{pod.Name}");
        await Server.Api.DeleteAsync($"{PodPath}/{pod.Name}");
    }

    internal Task ApplyAsync(string rule) => Server.KubectlAsync("-n", BookinfoManifests.Namespace, "apply", "-f", SampleRules.PathOf(rule));

    internal Task DeleteAsync(string rule) => Server.KubectlAsync("-n", BookinfoManifests.Namespace, "delete", "-f", SampleRules.PathOf(rule));

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _pods)
        {
            await pod.DisposeAsync();
        }

        _manifests?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_settings, recursive: true);
    }

    private static string EndpointOf(ClusterPod pod, string conditions)
        => $$"""{ "addresses": [ "{{pod.Address}}" ], "conditions": { {{conditions}} }, "targetRef": { "kind": "Pod", "name": "{{pod.Name}}" } }""";

    private async Task WriteSettingsAsync()
    {
        var map = (await ListAsync("/api/v1/namespaces/bookinfo/configmaps"))
            .Single(map => ((string)map["metadata"]!["name"]!).StartsWith("bookinfo-settings-", StringComparison.Ordinal));
        foreach (var (name, text) in map["data"]!.AsObject())
        {
            await File.WriteAllTextAsync(Path.Combine(_settings, name), (string)text!);
        }
    }

    private async Task<IReadOnlyList<JsonNode>> ListAsync(string path)
        => [.. JsonNode.Parse(await Server.Api.GetAsync(path))!["items"]!.AsArray().Select(item => item!)];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
