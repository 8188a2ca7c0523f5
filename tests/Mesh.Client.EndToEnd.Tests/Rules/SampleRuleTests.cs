using System.Net;
using Mesh.Client.EndToEnd.Tests.Harness;

namespace Mesh.Client.EndToEnd.Tests.Rules;

/// <summary>Each rule file of the sample does what its first lines say, in the running processes.</summary>
public sealed class SampleRuleTests(RunningBookinfo bookinfo)
{
    private const int Calls = 1000;
    private const string Star = "glyphicon glyphicon-star";
    private const string BlackStars = "stars text-black-500";
    private const string RedStars = "stars text-red-500";
    private const string NoRatings = "Ratings service is currently unavailable";
    private const string NoReviews = "Error fetching product reviews";

    private Uri Page => bookinfo.Launcher.PageAddress;

    [Fact]
    public async Task No_rules_let_the_versions_take_turns()
    {
        await bookinfo.UseAsync();
        using var visitor = new Visitor(Page);

        var versions = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            versions.Add(await visitor.ReviewsVersionAsync());
        }

        Assert.All(versions.Chunk(3), turn => Assert.Equal(["v1", "v2", "v3"], turn.Order()));
    }

    [Theory]
    [InlineData("all-v1.yaml", 1, 0, 0)]
    [InlineData("reviews-90-10.yaml", 0.9, 0.1, 0)]
    [InlineData("reviews-80-20.yaml", 0.8, 0.2, 0)]
    [InlineData("reviews-50-50.yaml", 0.5, 0, 0.5)]
    [InlineData("reviews-v2-v3.yaml", 0, 0.5, 0.5)]
    [InlineData("reviews-v3.yaml", 0, 0, 1)]
    public async Task Split_gives_each_version_its_share(string file, double v1, double v2, double v3)
    {
        await bookinfo.UseFilesAsync(file);
        using var visitor = new Visitor(Page);

        var counts = await Share.CountAsync(Calls, visitor.ReviewsVersionAsync);

        Share.AssertIs(v1, counts.GetValueOrDefault("v1"), Calls);
        Share.AssertIs(v2, counts.GetValueOrDefault("v2"), Calls);
        Share.AssertIs(v3, counts.GetValueOrDefault("v3"), Calls);
    }

    [Fact]
    public async Task All_v1_shows_no_stars()
    {
        await bookinfo.UseFilesAsync("all-v1.yaml");
        using var visitor = new Visitor(Page);

        var pages = await Share.CountAsync(50, visitor.PageAsync);

        Assert.All(pages.Keys, page => Assert.DoesNotContain(Star, page, StringComparison.Ordinal));
        Assert.All(pages.Keys, page => Assert.Contains("Reviews served by", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("reviews-jason-v2.yaml", null)]
    [InlineData("reviews-jason-v2-others-v3.yaml", RedStars)]
    public async Task Jason_sees_black_stars_and_others_do_not(string file, string? others)
    {
        await bookinfo.UseFilesAsync(file);
        using var jason = await Visitor.SignedInAsync(Page, "jason");
        using var somebody = await Visitor.SignedInAsync(Page, "fred");
        using var stranger = new Visitor(Page);

        var seenByJason = await Share.CountAsync(20, jason.PageAsync);
        var seenByOthers = (await Share.CountAsync(20, somebody.PageAsync)).Keys.Concat((await Share.CountAsync(20, stranger.PageAsync)).Keys);

        Assert.All(seenByJason.Keys, page => Assert.Contains(BlackStars, page, StringComparison.Ordinal));
        Assert.All(seenByOthers, page =>
        {
            Assert.DoesNotContain(BlackStars, page, StringComparison.Ordinal);
            Assert.Equal(others is not null, page.Contains(RedStars, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task End_user_sent_to_the_page_by_hand_counts_for_nothing()
    {
        await bookinfo.UseFilesAsync("reviews-jason-v2.yaml");
        using var client = new HttpClient { BaseAddress = Page };
        client.DefaultRequestHeaders.Add("end-user", "jason");

        var page = await client.GetStringAsync(Page, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(Star, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abort_for_jason_shows_him_at_once_that_ratings_is_unavailable()
    {
        await bookinfo.UseFilesAsync("reviews-jason-v2.yaml", "ratings-abort-jason.yaml");
        using var jason = await Visitor.SignedInAsync(Page, "jason");
        using var fred = await Visitor.SignedInAsync(Page, "fred");

        var (page, time) = await Elapsed.OfAsync(jason.PageAsync);

        Assert.Equal(3, page.Split(NoRatings).Length);
        Assert.Contains("Reviews served by", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Star, page, StringComparison.Ordinal);
        Assert.DoesNotContain(NoRatings, await fred.PageAsync(), StringComparison.Ordinal);
        Assert.True(time < TimeSpan.FromSeconds(10), $"Nothing is there to wait for, and it took {time.TotalSeconds:0.0} s.");
    }

    [Fact]
    public async Task Abort_for_jason_holds_for_calls_that_other_services_cause()
    {
        await bookinfo.UseFilesAsync("ratings-abort-jason.yaml");

        foreach (var version in new[] { "v2", "v3" })
        {
            Assert.Equal([NoRatings, NoRatings], MeshCaller.RatingErrors(await ReviewsForAsync(version, "jason")));
            Assert.Equal([null, null], MeshCaller.RatingErrors(await ReviewsForAsync(version, "fred")));
            Assert.Equal([null, null], MeshCaller.RatingErrors(await ReviewsForAsync(version, null)));
        }
    }

    [Fact]
    public async Task Delay_for_jason_costs_his_page_six_seconds_and_its_reviews_and_nobody_else_anything()
    {
        await bookinfo.UseFilesAsync("reviews-jason-v2.yaml", "ratings-delay-jason.yaml");
        using var jason = await Visitor.SignedInAsync(Page, "jason");
        using var fred = await Visitor.SignedInAsync(Page, "fred");

        var slow = Elapsed.OfAsync(jason.PageAsync);
        var others = await Share.CountAsync(20, fred.PageAsync);
        var directly = await ReviewsForAsync("v2", "fred");
        var wasWaiting = !slow.IsCompleted;
        var (page, time) = await slow;

        Assert.Contains(NoReviews, page, StringComparison.Ordinal);
        Assert.Contains("Sorry, product reviews are currently unavailable for this book.", page, StringComparison.Ordinal);
        Assert.Contains("Book Details", page, StringComparison.Ordinal);
        Elapsed.AssertTwice(TimeSpan.FromSeconds(3), time);
        Assert.True(wasWaiting, "The others had to wait until jason's page was there.");
        Assert.All(others.Keys, other => Assert.Contains("Reviews served by", other, StringComparison.Ordinal));
        Assert.Equal([null, null], MeshCaller.RatingErrors(directly));
    }

    [Fact]
    public async Task Timeout_of_half_a_second_ends_each_of_two_tries()
    {
        await bookinfo.UseFilesAsync("reviews-timeout.yaml");
        using var visitor = new Visitor(Page);

        var (page, time) = await Elapsed.OfAsync(visitor.PageAsync);

        Assert.Contains(NoReviews, page, StringComparison.Ordinal);
        Assert.Contains("Sorry, product reviews are currently unavailable for this book.", page, StringComparison.Ordinal);
        Elapsed.AssertTwice(TimeSpan.FromSeconds(0.5), time);
    }

    [Fact]
    public async Task Timeout_is_the_answer_504_of_the_page_s_interface()
    {
        await bookinfo.UseFilesAsync("reviews-timeout.yaml");
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri(Page, "/api/v1/products/0/reviews"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Fact]
    public async Task Timeout_taken_out_while_it_runs_brings_the_reviews_back_after_the_delay()
    {
        var text = SampleRules.Read("reviews-timeout.yaml");
        var without = text.Replace("    timeout: 0.5s\n", "", StringComparison.Ordinal);
        Assert.NotEqual(text, without);
        await bookinfo.UseAsync(without);
        using var visitor = new Visitor(Page);

        var (page, time) = await Elapsed.OfAsync(visitor.PageAsync);

        Assert.Contains(BlackStars, page, StringComparison.Ordinal);
        Elapsed.AssertTwice(TimeSpan.FromSeconds(1), time);
    }

    [Fact]
    public void Every_rule_file_of_the_sample_has_its_test()
        => Assert.Equal(
            [
                "all-v1.yaml",
                "ratings-abort-jason.yaml",
                "ratings-delay-jason.yaml",
                "reviews-50-50.yaml",
                "reviews-80-20.yaml",
                "reviews-90-10.yaml",
                "reviews-jason-v2-others-v3.yaml",
                "reviews-jason-v2.yaml",
                "reviews-timeout.yaml",
                "reviews-v2-v3.yaml",
                "reviews-v3.yaml",
            ],
            SampleRules.Names);

    /// <summary>What one version of reviews answers to a call that comes straight from outside.</summary>
    private async Task<string> ReviewsForAsync(string version, string? user)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(bookinfo.Launcher.Find("reviews", version).Address, "/reviews/0"));
        if (user is not null)
        {
            request.Headers.Add("end-user", user);
        }

        using var response = await client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
