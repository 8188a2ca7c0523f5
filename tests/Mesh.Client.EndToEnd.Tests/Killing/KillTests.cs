using Bookinfo.Launching;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;

namespace Mesh.Client.EndToEnd.Tests.Killing;

/// <summary>Two processes of one version, no rules: the death of one fails no call that may be repeated.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Callers = 8;

    // Enough to see to it that both answer before, and that every caller meets the dead one after.
    private const int CallsBefore = 400;
    private const int CallsAfter = 800;

    [Fact]
    public async Task Kill_of_one_of_two_fails_no_call_and_the_restarted_one_gets_calls_again()
    {
        using var told = new StringWriter();
        using var folder = new BookinfoFolder();
        var options = new BookinfoOptions
        {
            BasePort = 0,
            ContentRoot = folder.Path,
            Output = new PlainOutput(TextWriter.Synchronized(told)),
            Instances = [("productpage", "v1"), ("details", "v1"), ("ratings", "v1"), ("reviews", "v2"), ("reviews", "v2")],
        };
        await using var bookinfo = await BookinfoLauncher.StartAsync(options, TestContext.Current.CancellationToken);
        var reviews = bookinfo.Services.Where(service => service.Spec.Service == "reviews").ToList();
        var (victim, survivor) = (reviews[0], reviews[1]);
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Configuration = new ConfigurationBuilder().AddJsonFile(bookinfo.ServicesFilePath!).Build(),
        });
        using var meshed = new HttpClient(handler, disposeHandler: false);
        using var plain = new HttpClient();
        await using var direct = new SteadyLoad(meshed, new Uri("http://reviews:9080/reviews/0"), Callers);
        await using var throughPage = new SteadyLoad(plain, new Uri(bookinfo.PageAddress, "/api/v1/products/0/reviews"), callers: 2);

        await BothAnswerAsync(direct);
        await BothAnswerAsync(throughPage);
        await direct.AnswersAsync(CallsBefore);

        await victim.KillAsync();
        await direct.AnswersAsync(CallsAfter);
        await throughPage.AnswersAsync(CallsAfter / Callers);
        var answeredByTheDead = direct.AnsweredBy(victim.Options.PodName);

        await victim.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () => Task.FromResult(direct.AnsweredBy(victim.Options.PodName) > answeredByTheDead), TimeSpan.FromSeconds(90), "the restarted one to answer");
        await direct.AnswersAsync(CallsBefore);

        await direct.StopAsync();
        await throughPage.StopAsync();
        output.WriteLine($"A meshed client here: {direct}");
        output.WriteLine($"Through the page: {throughPage}");
        if (!direct.Failures.IsEmpty || !throughPage.Failures.IsEmpty)
        {
            output.WriteLine(told.ToString());
        }

        Assert.True(direct.Failures.IsEmpty && throughPage.Failures.IsEmpty, string.Join('\n', direct.Failures.Concat(throughPage.Failures).Take(20)));
        Assert.Equal(direct.Answers, direct.AnsweredBy(victim.Options.PodName) + direct.AnsweredBy(survivor.Options.PodName));

        async Task BothAnswerAsync(SteadyLoad load) => await Eventually.TrueAsync(
            () => reviews.All(service => load.AnsweredBy(service.Options.PodName) > 0), "both to answer");
    }
}
