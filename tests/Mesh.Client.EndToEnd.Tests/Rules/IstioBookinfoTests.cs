using System.Net;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Rules;

/// <summary>Istio's own files for Bookinfo, as Istio ships them, do in the running processes what they do there.</summary>
public sealed class IstioBookinfoTests(RunningBookinfo bookinfo)
{
    private const int Calls = 1000;
    private const string Subsets = "destination-rule-all.yaml";
    private const string NoRatings = "Ratings service is currently unavailable";
    private const string NoReviews = "Error fetching product reviews";
    private const string NoDetails = "Error fetching product details";

    private Uri Page => bookinfo.Launcher.PageAddress;

    [Theory]
    [InlineData("virtual-service-all-v1.yaml", 1, 0, 0)]
    [InlineData("virtual-service-reviews-50-v3.yaml", 0.5, 0, 0.5)]
    [InlineData("virtual-service-reviews-80-20.yaml", 0.8, 0.2, 0)]
    [InlineData("virtual-service-reviews-90-10.yaml", 0.9, 0.1, 0)]
    [InlineData("virtual-service-reviews-v2-v3.yaml", 0, 0.5, 0.5)]
    [InlineData("virtual-service-reviews-v3.yaml", 0, 0, 1)]
    public async Task Split_gives_each_version_its_share(string file, double v1, double v2, double v3)
    {
        await using var caller = Caller(Subsets, file);

        var counts = await Share.CountAsync(Calls, () => caller.ReviewsVersionAsync());

        Share.AssertIs(v1, counts.GetValueOrDefault("v1"), Calls);
        Share.AssertIs(v2, counts.GetValueOrDefault("v2"), Calls);
        Share.AssertIs(v3, counts.GetValueOrDefault("v3"), Calls);
    }

    [Theory]
    [InlineData("virtual-service-reviews-test-v2.yaml", "v1")]
    [InlineData("virtual-service-reviews-jason-v2-v3.yaml", "v3")]
    public async Task Jason_gets_v2_and_others_do_not(string file, string others)
    {
        await using var caller = Caller(Subsets, file);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("v2", await caller.ReviewsVersionAsync("jason"));
            Assert.Equal(others, await caller.ReviewsVersionAsync("fred"));
            Assert.Equal(others, await caller.ReviewsVersionAsync());
        }
    }

    [Fact]
    public async Task Destination_rule_for_reviews_picks_at_random()
    {
        await using var caller = Caller("destination-rule-reviews.yaml");

        var counts = await Share.CountAsync(Calls, () => caller.ReviewsVersionAsync());

        Assert.All(["v1", "v2", "v3"], version => Share.AssertIs(1.0 / 3, counts.GetValueOrDefault(version), Calls));
    }

    [Fact]
    public async Task Abort_shows_jason_alone_that_ratings_is_unavailable()
    {
        await UseAsync(Subsets, "virtual-service-reviews-test-v2.yaml", "virtual-service-ratings-test-abort.yaml");
        using var jason = await Visitor.SignedInAsync(Page, "jason");
        using var fred = await Visitor.SignedInAsync(Page, "fred");

        Assert.Contains(NoRatings, await jason.PageAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(NoRatings, await fred.PageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delay_costs_jason_alone_his_reviews()
    {
        await UseAsync(Subsets, "virtual-service-reviews-test-v2.yaml", "virtual-service-ratings-test-delay.yaml");
        using var jason = await Visitor.SignedInAsync(Page, "jason");
        using var fred = await Visitor.SignedInAsync(Page, "fred");

        var (page, time) = await Elapsed.OfAsync(jason.PageAsync);

        Assert.Contains(NoReviews, page, StringComparison.Ordinal);
        Elapsed.AssertTwice(TimeSpan.FromSeconds(3), time);
        Assert.DoesNotContain(NoReviews, await fred.PageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_of_details_answers_555_and_its_second_rule_is_told_to_be_out_of_reach()
    {
        await using var caller = Caller("fault-injection-details-v1.yaml");
        using var response = await caller.SendAsync("http://details:9080/details/0");

        Assert.Equal(555, (int)response.StatusCode);
        Assert.Contains(caller.Mesh.Findings, finding => finding.ToString().Contains("IST0130", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("virtual-service-details-v2.yaml", "http://details:9080/details/0")]
    [InlineData("virtual-service-ratings-db.yaml", "http://ratings:9080/ratings/0")]
    [InlineData("virtual-service-ratings-mysql.yaml", "http://ratings:9080/ratings/0")]
    [InlineData("virtual-service-ratings-mysql-vm.yaml", "http://ratings:9080/ratings/0")]
    public async Task Version_that_nobody_runs_is_no_healthy_upstream(string file, string address)
    {
        await using var caller = Caller(Subsets, file);
        using var response = await caller.SendAsync(address);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.NoHealthyUpstream, result.Flags);
    }

    [Fact]
    public async Task Version_that_nobody_runs_leaves_the_rest_of_the_page()
    {
        await UseAsync(Subsets, "virtual-service-details-v2.yaml");
        using var visitor = new Visitor(Page);
        var page = await visitor.PageAsync();

        Assert.Contains(NoDetails, page, StringComparison.Ordinal);
        Assert.Contains("Reviews served by", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mutual_tls_is_never_answered_with_plaintext()
    {
        await using var caller = Caller("destination-rule-all-mtls.yaml");
        using var response = await caller.SendAsync("http://reviews:9080/reviews/0");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains(caller.Mesh.Findings, finding => finding.Severity == MeshFindingSeverity.Error && !finding.RefusesDocument);
    }

    [Theory]
    [InlineData("bookinfo-gateway.yaml")]
    [InlineData("certmanager-gateway.yaml")]
    public async Task Gateways_change_nothing_for_clients(string file)
    {
        await using var caller = Caller(Subsets, file);
        using var response = await caller.SendAsync("http://details:9080/details/0");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Egress_leads_plain_calls_to_port_443_over_tls()
    {
        await using var caller = Caller("egress-rule-google-apis.yaml");

        // The rules are read by the first client.
        Assert.NotNull(caller.Client);
        var explained = caller.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://www.googleapis.com/books/v1/volumes"));

        var cluster = Assert.Single(explained.Destinations).Cluster!;
        Assert.Equal("outbound|443||www.googleapis.com", cluster.Name);
        Assert.Contains(cluster.Settings, setting => setting is { Field: "tls.mode", Value: "SIMPLE" });

        // Settings of the port inherit nothing, the rule's ROUND_ROBIN neither.
        Assert.Contains(cluster.Settings, setting => setting is { Field: "x-mesh.loadBalancer.policy", Value: "PEAK_EWMA" });
    }

    [Fact]
    public void Every_file_has_its_test()
    {
        string[] tested =
        [
            "bookinfo-gateway.yaml", "certmanager-gateway.yaml", "destination-rule-all-mtls.yaml", Subsets, "destination-rule-reviews.yaml",
            "egress-rule-google-apis.yaml", "fault-injection-details-v1.yaml", "virtual-service-all-v1.yaml", "virtual-service-details-v2.yaml",
            "virtual-service-ratings-db.yaml", "virtual-service-ratings-mysql-vm.yaml", "virtual-service-ratings-mysql.yaml",
            "virtual-service-ratings-test-abort.yaml", "virtual-service-ratings-test-delay.yaml", "virtual-service-reviews-50-v3.yaml",
            "virtual-service-reviews-80-20.yaml", "virtual-service-reviews-90-10.yaml", "virtual-service-reviews-jason-v2-v3.yaml",
            "virtual-service-reviews-test-v2.yaml", "virtual-service-reviews-v2-v3.yaml", "virtual-service-reviews-v3.yaml",
        ];

        Assert.Equal(tested, Directory.EnumerateFiles(Folder(), "*.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    private static string Folder()
    {
        Assert.SkipUnless(RepositoryRoot.Shared is not null, "The folder shared/data/istio-bookinfo beside the repository is not there.");
        return Path.Combine(RepositoryRoot.Shared!, "data", "istio-bookinfo");
    }

    private Task UseAsync(params string[] names) => bookinfo.UseAsync([.. names.Select(name => File.ReadAllText(Path.Combine(Folder(), name)))]);

    private MeshCaller Caller(params string[] names) => MeshCaller.Beside(bookinfo, [.. names.Select(name => Path.Combine(Folder(), name))]);
}
