using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;
using Microsoft.Playwright;

namespace Mesh.Client.EndToEnd.Tests.Browsing;

/// <summary>The page in a real browser.</summary>
[Trait("Needs", "chromium")]
public sealed class PageTests(RunningBookinfo bookinfo)
{
    private const int Phone = 360;
    private const int Desk = 1280;
    private const string Black = "rgb(17, 17, 17)";
    private const string Red = "rgb(220, 38, 38)";

    [Fact(Skip = ExternalPrograms.ChromiumMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasChromium))]
    public async Task Signing_in_as_jason_changes_the_colour_of_the_stars()
    {
        await bookinfo.UseFilesAsync("reviews-jason-v2-others-v3.yaml");
        await using var browser = await Browser.StartAsync();
        var page = await browser.NewPageAsync(Desk);
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);

        await page.GotoAsync(bookinfo.Launcher.PageAddress.AbsoluteUri);
        Assert.Equal("Simple Bookstore App", await page.TitleAsync());
        Assert.Equal([Red, Red], await StarColoursAsync(page));
        Assert.All(await ServedByAsync(page), text => Assert.Contains(PodOf("v3"), text, StringComparison.Ordinal));

        await SignInAsync(page, "jason");
        Assert.Equal([Black, Black], await StarColoursAsync(page));
        Assert.All(await ServedByAsync(page), text => Assert.Contains(PodOf("v2"), text, StringComparison.Ordinal));
        Assert.Equal("jason", await page.InnerTextAsync(".user"));

        await page.ClickAsync("text=Sign out");
        Assert.Equal([Red, Red], await StarColoursAsync(page));
        Assert.Empty(errors);
    }

    [Fact(Skip = ExternalPrograms.ChromiumMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasChromium))]
    public async Task Page_asks_nobody_but_its_own_origin()
    {
        await bookinfo.UseFilesAsync("reviews-v3.yaml");
        await using var browser = await Browser.StartAsync();
        var page = await browser.NewPageAsync(Desk);
        var address = bookinfo.Launcher.PageAddress;
        var asked = new List<Uri>();
        var failed = new List<string>();
        page.Request += (_, request) => asked.Add(new Uri(request.Url));
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                failed.Add($"{response.Status} {response.Url}");
            }
        };

        await page.GotoAsync(address.AbsoluteUri);
        await SignInAsync(page, "jason");
        await page.GotoAsync(new Uri(address, "/").AbsoluteUri);
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        Assert.Contains(asked, uri => uri.AbsolutePath.EndsWith(".css", StringComparison.Ordinal));
        Assert.All(asked, uri => Assert.Equal(address.Authority, uri.Authority));
        Assert.Empty(failed);
    }

    [Theory(Skip = ExternalPrograms.ChromiumMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasChromium))]
    [InlineData(Phone)]
    [InlineData(Desk)]
    public async Task Page_fits_its_width(int width)
    {
        await bookinfo.UseFilesAsync("reviews-v3.yaml");
        await using var browser = await Browser.StartAsync();
        var page = await browser.NewPageAsync(width);
        var address = bookinfo.Launcher.PageAddress;

        await page.GotoAsync(address.AbsoluteUri);
        await AssertFitsAsync(page, "the page");

        await page.ClickAsync("#sign-in-button");
        await page.Locator("#dialog").WaitForAsync();
        await AssertFitsAsync(page, "the dialog");
        var dialog = await page.Locator("#dialog").BoundingBoxAsync();
        Assert.True(dialog is not null && dialog.X >= 0 && dialog.X + dialog.Width <= width, "The dialog is wider than the window.");
        await page.ClickAsync("#close-dialog");

        await SignInAsync(page, "somebody with a name that is far too long for the bar of a phone");
        await AssertFitsAsync(page, "the page of somebody signed in");

        await page.GotoAsync(new Uri(address, "/").AbsoluteUri);
        await AssertFitsAsync(page, "the landing page");
    }

    private static async Task SignInAsync(IPage page, string name)
    {
        await page.ClickAsync("#sign-in-button");
        await page.FillAsync("#username", name);
        await page.FillAsync("#password", "any");
        await page.ClickAsync("#dialog button[type=submit]");
        await page.Locator("text=Sign out").WaitForAsync();
    }

    private static async Task<string[]> StarColoursAsync(IPage page) => await page.EvalOnSelectorAllAsync<string[]>(
        ".stars", "stars => stars.map(s => getComputedStyle(s.querySelector('.filled')).fill)");

    private static Task<IReadOnlyList<string>> ServedByAsync(IPage page) => page.Locator("text=Reviews served by").AllInnerTextsAsync();

    private static async Task AssertFitsAsync(IPage page, string what)
    {
        // Boxes that scroll by themselves would hide what is too wide.
        var over = await page.EvaluateAsync<int>(
            "() => Math.max(...[document.documentElement, ...document.querySelectorAll('.scroll')].map(e => e.scrollWidth - e.clientWidth))");
        Assert.True(over <= 0, $"{what} is {over} px too wide.");
    }

    private string PodOf(string version) => bookinfo.Launcher.Find("reviews", version).Options.PodName;
}
