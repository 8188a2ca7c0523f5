using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>Sets of endpoints by a scripted server, with fields that the real one of the tests is too old for.</summary>
public sealed class KubernetesEndpointSourceTests : IDisposable
{
    private readonly ScriptedApi _api = new();
    private readonly LogCapture _log = new();
    private readonly KubernetesCluster _cluster;
    private readonly ServiceWatches _watches;

    public KubernetesEndpointSourceTests()
    {
        _cluster = new KubernetesCluster(new MeshKubernetesOptions { PodLabels = false }, _api.Connect(), _api.Clock, MeshRandom.Seeded(1), _log);
        _watches = new ServiceWatches(_cluster);
    }

    public void Dispose()
    {
        _watches.Dispose();
        _cluster.Dispose();
        _api.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Service_for_the_own_node_alone_has_the_endpoints_of_that_node()
    {
        var set = await FirstAsync("n1", Local, "n1", "n2");

        Assert.Equal(["10.0.0.1"], set.Endpoints.Select(endpoint => endpoint.Address));
    }

    [Fact]
    public async Task Service_for_the_own_node_alone_without_endpoints_there_has_none_and_says_why()
    {
        var set = await FirstAsync("n3", Local, "n1", "n2");

        Assert.Empty(set.Endpoints);
        Assert.Equal(
            "Service reviews in namespace demo has 2 endpoints, and none on node n3 is ready, where alone its internalTrafficPolicy Local lets them be called.", set.Explanation);
    }

    [Fact]
    public async Task Service_for_the_own_node_alone_is_called_everywhere_where_that_is_not_known()
    {
        var set = await FirstAsync(null, Local, "n1", "n2");

        Assert.Equal(["10.0.0.1", "10.0.0.2"], set.Endpoints.Select(endpoint => endpoint.Address));
        Assert.Contains("NODE_NAME", Assert.Single(_log.Complaints, entry => entry.Id.Id == 9305).Message, StringComparison.Ordinal);
    }

    private const string Local = """, "internalTrafficPolicy": "Local" """;

    /// <param name="node">This process's.</param>
    /// <param name="spec">Further fields of the Service.</param>
    /// <param name="nodes">An endpoint on each.</param>
    private async Task<MeshEndpointSet> FirstAsync(string? node, string spec, params string[] nodes)
    {
        var access = new AccessLoader("none", null, _ => null, _api.Clock);
        var documents = new ServiceDocuments(new WorkloadIdentity(new MeshKubernetesOptions { LabelsFile = null }, access, _ => null, _cluster.Logger));
        var rules = new LiveRules(MeshConfiguration.Empty with { Namespace = "demo" });
        var source = new KubernetesEndpointSource(_cluster, _watches, new OwnPlace(node, documents, () => rules), () => rules);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var sets = source.WatchAsync(new MeshEndpointQuery("reviews", "reviews.demo.svc.cluster.local", "demo", []), stop.Token).GetAsyncEnumerator(stop.Token);
        var first = sets.MoveNextAsync().AsTask();
        while (!first.IsCompleted)
        {
            var call = await _api.NextAsync();
            if (call.Query.Contains("watch=true", StringComparison.Ordinal))
            {
                call.Open();
            }
            else
            {
                call.Reply(HttpStatusCode.OK, ScriptedApi.List("1", call.Path.EndsWith("/services", StringComparison.Ordinal) ? Service(spec) : Slice(nodes)));
            }

            await Task.WhenAny(first, Task.Delay(20, stop.Token));
        }

        Assert.True(await first);
        var set = sets.Current;
        await stop.CancelAsync();
        return set;
    }

    private static string Service(string spec) => $$"""
        { "metadata": { "name": "reviews", "namespace": "demo", "resourceVersion": "1" }, "spec": { "ports": [ { "name": "http", "port": 80 } ]{{spec}} } }
        """;

    private static string Slice(string[] nodes) => $$"""
        { "metadata": { "name": "reviews-1", "namespace": "demo", "resourceVersion": "1" }, "addressType": "IPv4", "ports": [ { "name": "http", "port": 8080 } ],
          "endpoints": [ {{string.Join(", ", nodes.Select((node, index) => $$"""{ "addresses": [ "10.0.0.{{index + 1}}" ], "nodeName": "{{node}}" } """))}} ] }
        """;
}
