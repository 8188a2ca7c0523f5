using System.Net;
using Mesh.Client.Diagnostics;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Rules;

/// <summary>Rules with older field names mean what they always meant: a meshed client in this process calls the running services.</summary>
public sealed class SlideTests(RunningBookinfo bookinfo) : IDisposable
{
    private const int Calls = 1000;
    private const string Chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bookinfo-rules-");

    public static TheoryData<string> Sources => SlideRules.Sources;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task All_v1_sends_every_call_to_v1(string source)
    {
        await using var caller = Caller(source, SlideRules.Subsets, SlideRules.AllV1);

        var counts = await Share.CountAsync(Calls, () => caller.ReviewsVersionAsync());

        Assert.Equal([new("v1", Calls)], counts);
        Assert.DoesNotContain(caller.Mesh.Findings, finding => finding.Severity == MeshFindingSeverity.Error);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Ninety_nine_to_one_sends_one_call_in_a_hundred_to_v2(string source)
    {
        await using var caller = Caller(source, SlideRules.Subsets, SlideRules.NinetyNineToOne);

        var counts = await Share.CountAsync(Calls, () => caller.ReviewsVersionAsync());

        Share.AssertIs(0.99, counts.GetValueOrDefault("v1"), Calls);
        Share.AssertIs(0.01, counts.GetValueOrDefault("v2"), Calls);
        Share.AssertIs(0, counts.GetValueOrDefault("v3"), Calls);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task By_user_chooses_by_the_whole_name(string source)
    {
        await using var caller = Caller(source, SlideRules.Subsets, SlideRules.ByUser);

        await AssertVersionAsync("v2", "Fred");
        await AssertVersionAsync("v2", "Don Andres");
        await AssertVersionAsync("v3", "Jim");
        foreach (var other in new[] { null, "jason", "fred", "Freddy", "Alfred", "Don", "Don  Andres", "jim", "Jimmy" })
        {
            await AssertVersionAsync("v1", other);
        }

        async Task AssertVersionAsync(string version, string? user)
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal((user, version), (user, await caller.ReviewsVersionAsync(user)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task By_user_and_browser_wants_both(string source)
    {
        await using var caller = Caller(source, SlideRules.Subsets, SlideRules.ByUserAndBrowser);

        Assert.Equal("v2", await caller.ReviewsVersionAsync("Fred", Chrome));
        Assert.Equal("v2", await caller.ReviewsVersionAsync("Don Andres", Chrome));
        Assert.Equal("v1", await caller.ReviewsVersionAsync("Fred", Firefox));
        Assert.Equal("v1", await caller.ReviewsVersionAsync("Fred"));
        Assert.Equal("v1", await caller.ReviewsVersionAsync("jason", Chrome));
        Assert.Equal("v1", await caller.ReviewsVersionAsync(userAgent: Chrome));
        Assert.Equal("v3", await caller.ReviewsVersionAsync("Jim", Chrome));
        Assert.Equal("v3", await caller.ReviewsVersionAsync("Jim", Firefox));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task By_user_and_browser_holds_for_people_signed_in_at_the_page(string source)
    {
        await bookinfo.UseAsync(SlideRules.Read(source, SlideRules.Subsets), SlideRules.Read(source, SlideRules.ByUserAndBrowser));
        var page = bookinfo.Launcher.PageAddress;
        using var fredInChrome = await Visitor.SignedInAsync(page, "Fred", Chrome);
        using var donAndresInChrome = await Visitor.SignedInAsync(page, "Don Andres", Chrome);
        using var fredInFirefox = await Visitor.SignedInAsync(page, "Fred", Firefox);
        using var jimInFirefox = await Visitor.SignedInAsync(page, "Jim", Firefox);
        using var strangerInChrome = new Visitor(page, Chrome);

        Assert.Equal("v2", await fredInChrome.ReviewsVersionAsync());
        Assert.Equal("v2", await donAndresInChrome.ReviewsVersionAsync());
        Assert.Equal("v1", await fredInFirefox.ReviewsVersionAsync());
        Assert.Equal("v3", await jimInFirefox.ReviewsVersionAsync());
        Assert.Equal("v1", await strangerInChrome.ReviewsVersionAsync());
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Abort_answers_500_to_jason_alone(string source)
    {
        await using var caller = Caller(source, SlideRules.AbortForJason);

        using var forJason = await caller.SendAsync("http://ratings:9080/ratings/0", "jason");
        using var forFred = await caller.SendAsync("http://ratings:9080/ratings/0", "fred");
        using var forStranger = await caller.SendAsync("http://ratings:9080/ratings/0");

        Assert.Equal(HttpStatusCode.InternalServerError, forJason.StatusCode);
        Assert.True(forJason.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.FaultInjected, result.Flags);
        Assert.Equal(HttpStatusCode.OK, forFred.StatusCode);
        Assert.Equal(HttpStatusCode.OK, forStranger.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Delay_makes_a_caller_with_one_second_give_up_for_jason_alone(string source)
    {
        await using var caller = Caller(source, TimeSpan.FromSeconds(1), SlideRules.DelayForJason);

        var forJason = caller.SendAsync("http://ratings:9080/ratings/0", "jason");
        using var forFred = await caller.SendAsync("http://ratings:9080/ratings/0", "fred");
        using var forStranger = await caller.SendAsync("http://ratings:9080/ratings/0");

        Assert.Equal(HttpStatusCode.OK, forFred.StatusCode);
        Assert.Equal(HttpStatusCode.OK, forStranger.StatusCode);
        var exception = await Assert.ThrowsAsync<TaskCanceledException>(() => forJason);
        Assert.IsType<TimeoutException>(exception.InnerException);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Delay_stands_outside_the_timeout_of_its_route_and_inside_that_of_its_caller(string source)
    {
        var rules = SlideRules.Get(source, _folder, SlideRules.DelayForJason).Single();
        var bounded = Path.Combine(_folder.FullName, "bounded.yaml");
        File.WriteAllText(bounded, File.ReadAllText(rules).Replace("    route:", "    timeout: 0.5s\n    route:", StringComparison.Ordinal));
        await using var caller = MeshCaller.Beside(bookinfo, [bounded], TimeSpan.FromSeconds(1));
        using var asked = new HttpRequestMessage(HttpMethod.Get, "http://ratings:9080/ratings/0") { Headers = { { "end-user", "jason" } } };

        var exception = await Assert.ThrowsAsync<TaskCanceledException>(() => caller.SendAsync("http://ratings:9080/ratings/0", "jason"));
        using var forFred = await caller.SendAsync("http://ratings:9080/ratings/0", "fred");

        Assert.Contains(new MeshSetting("timeout", "0.5s", null), caller.Mesh.Explain(asked).Settings);
        Assert.IsType<TimeoutException>(exception.InnerException);
        Assert.Equal(HttpStatusCode.OK, forFred.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Percent_gets_a_finding_that_names_the_newer_field(string source)
    {
        await using var caller = Caller(source, SlideRules.AbortForJason, SlideRules.DelayForJason);

        using var response = await caller.SendAsync("http://ratings:9080/ratings/0");

        Assert.Contains(caller.Mesh.Findings, finding =>
            finding.Path.EndsWith("percent", StringComparison.Ordinal)
            && finding.Severity != MeshFindingSeverity.Error
            && finding.ToString().Contains("percentage", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_slide_but_that_of_httpbin_has_its_test()
    {
        Assert.SkipUnless(RepositoryRoot.Shared is not null, "The folder shared/data/slides beside the repository is not there.");

        var files = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Shared!, "data", "slides"), "*.yaml").Select(file => Path.GetFileName(file));

        Assert.Equal(
            [
                "httpbin-circuit-breaker.yaml",
                SlideRules.AbortForJason,
                SlideRules.DelayForJason,
                SlideRules.NinetyNineToOne,
                SlideRules.AllV1,
                SlideRules.ByUserAndBrowser,
                SlideRules.ByUser,
                SlideRules.Subsets,
            ],
            files.Order(StringComparer.Ordinal));
    }

    private MeshCaller Caller(string source, params string[] names) => Caller(source, null, names);

    private MeshCaller Caller(string source, TimeSpan? timeout, params string[] names)
        => MeshCaller.Beside(bookinfo, SlideRules.Get(source, _folder, names), timeout);
}
