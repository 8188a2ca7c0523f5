using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>When a service is known, against a scripted server.</summary>
public sealed class ServiceFollowerTests : IDisposable
{
    private const string Service = """
        { "metadata": { "name": "reviews", "namespace": "demo", "resourceVersion": "1" },
          "spec": { "selector": { "app": "reviews" }, "ports": [ { "name": "http", "port": 80 } ] } }
        """;

    private const string Slice = """
        { "metadata": { "name": "reviews-1", "namespace": "demo", "resourceVersion": "1", "labels": { "kubernetes.io/service-name": "reviews" } },
          "addressType": "IPv4", "ports": [ { "name": "http", "port": 8080 } ],
          "endpoints": [ { "addresses": [ "10.0.0.1" ], "conditions": { "ready": true }, "targetRef": { "kind": "Pod", "namespace": "demo", "name": "one" } } ] }
        """;

    private const string Pod = """
        { "metadata": { "name": "one", "namespace": "demo", "resourceVersion": "1", "labels": { "app": "reviews", "version": "v1" } } }
        """;

    private readonly ScriptedApi _api = new();
    private readonly LogCapture _log = new();
    private readonly KubernetesCluster _cluster;
    private readonly ServiceWatches _watches;
    private readonly OwnPlace _place;

    public ServiceFollowerTests()
    {
        _cluster = new KubernetesCluster(new MeshKubernetesOptions(), _api.Connect(), _api.Clock, MeshRandom.Seeded(1), _log);
        _watches = new ServiceWatches(_cluster);
        var access = new AccessLoader("none", null, _ => null, _api.Clock);
        var documents = new ServiceDocuments(new WorkloadIdentity(new MeshKubernetesOptions { LabelsFile = null }, access, _ => null, _cluster.Logger));
        var rules = new LiveRules(MeshConfiguration.Empty with { Namespace = "demo" });
        _place = new OwnPlace(null, documents, () => rules);
    }

    public void Dispose()
    {
        _watches.Dispose();
        _cluster.Dispose();
        _api.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Pods_that_are_answered_after_a_look_are_known_by_the_next_one()
    {
        using var follower = new ServiceFollower(new ResourceKey("demo", "reviews"), [], _cluster, _watches, _place, static () => { });
        var pods = await AnswerAllButPodsAsync(follower);
        var endpoints = follower.Take();
        Assert.False(follower.IsKnown);

        // The watch begins once the list is taken.
        pods.Reply(HttpStatusCode.OK, ScriptedApi.List("1", Pod));
        Assert.Equal(pods.Path, (await _api.NextWatchAsync()).Path);
        Assert.False(follower.IsKnown);

        endpoints = follower.Take() ?? endpoints;
        Assert.True(follower.IsKnown);
        Assert.Equal("v1", Assert.Single(endpoints!).Labels["version"]);
    }

    /// <summary>Until service and slices are watched, and pods are asked for; looks after each answer.</summary>
    /// <returns>The list of pods.</returns>
    private async Task<ScriptedCall> AnswerAllButPodsAsync(ServiceFollower follower)
    {
        ScriptedCall? pods = null;
        var watches = 0;
        while (pods is null || watches < 2)
        {
            var call = await _api.NextAsync();
            if (call.Path.EndsWith("/pods", StringComparison.Ordinal))
            {
                pods = call;
            }
            else if (call.Query.Contains("watch=true", StringComparison.Ordinal))
            {
                call.Open();
                watches++;
            }
            else
            {
                call.Reply(HttpStatusCode.OK, ScriptedApi.List("1", call.Path.EndsWith("/services", StringComparison.Ordinal) ? Service : Slice));
            }

            follower.Take();
            Assert.False(follower.IsKnown);
        }

        return pods;
    }
}
