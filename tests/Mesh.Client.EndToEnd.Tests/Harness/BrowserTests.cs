using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.EndToEnd.Tests.Harness;

public sealed class BrowserTests
{
    [Fact(Skip = ExternalPrograms.ChromiumMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasChromium))]
    [Trait("Needs", "chromium")]
    public async Task Browser_runs_the_script_of_a_loopback_page()
    {
        await using var fleet = await Fleet.StartAsync(1);
        fleet[0].Respond = context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<title>page</title><p id=p></p><script>p.textContent = 6 * 7</script>");
        };
        await using var browser = await Browser.StartAsync();
        var page = await browser.NewPageAsync(width: 390);

        await page.GotoAsync(fleet[0].Uri.AbsoluteUri);

        Assert.Equal("42", await page.TextContentAsync("#p"));
    }
}
