using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.EndToEnd.Tests.Killing;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Cluster;

/// <summary>Bookinfo deployed by its manifests: services, rules and rollouts by the API server alone.</summary>
public sealed class BookinfoClusterTests(BookinfoCluster cluster, ITestOutputHelper output) : IClassFixture<BookinfoCluster>
{
    private const int Calls = 500;
    private const int Callers = 4;

    [KubeFact]
    public async Task Without_rules_the_versions_take_turns()
    {
        using var visitor = new Visitor(cluster.Page);

        await Eventually.TrueAsync(async () => (await VersionsAsync(visitor, 12)).Count == 3, "all versions to be called");
    }

    [KubeFact]
    public async Task Rules_that_are_applied_edited_and_deleted_under_load_are_followed_and_fail_no_call()
    {
        using var visitor = new Visitor(cluster.Page);
        using var client = new HttpClient();
        await using var load = new SteadyLoad(client, new Uri(cluster.Page, "/api/v1/products/0/reviews"), Callers);

        await cluster.ApplyAsync("reviews-v3.yaml");
        await Eventually.TrueAsync(async () => (await VersionsAsync(visitor, 12)).Keys.SequenceEqual(["v3"]), "calls to go to v3 alone");
        await cluster.ApplyAsync("reviews-90-10.yaml");
        await Eventually.TrueAsync(async () => (await visitor.ReviewsVersionAsync()) != "v3", "the edited rule");
        var counts = await VersionsAsync(visitor, Calls);
        await cluster.ApplyAsync("reviews-jason-v2.yaml");
        using var jason = await Visitor.SignedInAsync(cluster.Page, "jason");
        await Eventually.TrueAsync(async () => (await VersionsAsync(jason, 12)).Keys.SequenceEqual(["v2"]), "jason's calls to go to v2 alone");
        var others = await VersionsAsync(visitor, 50);
        await cluster.DeleteAsync("reviews-jason-v2.yaml");
        await Eventually.TrueAsync(async () => (await VersionsAsync(visitor, 12)).Count == 3, "all versions to be called again");

        await load.StopAsync();
        output.WriteLine(load.ToString());
        Assert.Empty(load.Failures);
        Share.AssertIs(0.9, counts.GetValueOrDefault("v1"), Calls);
        Share.AssertIs(0.1, counts.GetValueOrDefault("v2"), Calls);
        Assert.Equal(["v1"], others.Keys);
    }

    [KubeFact]
    public async Task Rollout_of_a_version_fails_no_call()
    {
        using var client = new HttpClient();
        await using var load = new SteadyLoad(client, new Uri(cluster.Page, "/api/v1/products/0/reviews"), Callers);
        var old = cluster.Pods.First(pod => pod is { Service: "reviews", Version: "v1" } && !pod.Process.HasExited);
        await AnsweredByAsync(load, old);

        var next = await cluster.StartAsync("reviews-v1");
        await AnsweredByAsync(load, next);
        await cluster.TerminateAsync(old);
        await load.AnswersAsync(200);

        await load.StopAsync();
        output.WriteLine(load.ToString());
        Assert.Empty(load.Failures);
        Assert.Equal(0, load.BrokenBodies);
    }

    [KubeFact]
    public async Task Pod_that_dies_fails_no_call_before_and_after_it_is_written_down()
    {
        var extra = await cluster.StartAsync("reviews-v2");
        using var client = new HttpClient();
        await using var load = new SteadyLoad(client, new Uri(cluster.Page, "/api/v1/products/0/reviews"), Callers);
        await AnsweredByAsync(load, extra);

        await BookinfoCluster.KillAsync(extra);
        await load.AnswersAsync(200);
        await cluster.RemoveAsync(extra);
        await load.AnswersAsync(200);

        await load.StopAsync();
        output.WriteLine(load.ToString());
        Assert.Empty(load.Failures);
    }

    [KubeFact]
    public async Task Api_server_that_is_gone_stops_no_call_and_its_return_brings_the_next_rule()
    {
        using var visitor = new Visitor(cluster.Page);
        await cluster.ApplyAsync("reviews-v3.yaml");
        await Eventually.TrueAsync(async () => (await VersionsAsync(visitor, 12)).Keys.SequenceEqual(["v3"]), "calls to go to v3 alone");
        using var client = new HttpClient();
        await using var load = new SteadyLoad(client, new Uri(cluster.Page, "/api/v1/products/0/reviews"), Callers);

        await cluster.Server.KillAsync();
        await load.AnswersAsync(Calls);
        var meanwhile = await VersionsAsync(visitor, 50);
        await cluster.Server.RestartAsync();
        await cluster.ApplyAsync("all-v1.yaml");
        await Eventually.TrueAsync(async () => (await VersionsAsync(visitor, 12)).Keys.SequenceEqual(["v1"]), "the rule that was applied after the outage");
        await cluster.DeleteAsync("all-v1.yaml");

        await load.StopAsync();
        output.WriteLine(load.ToString());
        Assert.Empty(load.Failures);
        Assert.Equal(["v3"], meanwhile.Keys);
    }

    private static Task<Dictionary<string, int>> VersionsAsync(Visitor visitor, int calls) => Share.CountAsync(calls, visitor.ReviewsVersionAsync);

    private static Task AnsweredByAsync(SteadyLoad load, ClusterPod pod)
    {
        var before = load.AnsweredBy(pod.Name);
        return Eventually.TrueAsync(() => load.AnsweredBy(pod.Name) > before, $"{pod.Name} to answer");
    }
}
