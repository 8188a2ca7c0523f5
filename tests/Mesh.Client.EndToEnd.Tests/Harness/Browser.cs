using Mesh.Client.TestKit;
using Microsoft.Playwright;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>The installed Chromium, headless, driven by Playwright. Its driver comes with the package; no browser is downloaded.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    public static async Task<Browser> StartAsync()
    {
        // Where CI asks for a browser that is not there, the test shall fail with the command that installs it.
        var path = ExternalPrograms.Chromium ?? throw new InvalidOperationException(ExternalPrograms.ChromiumMissing);
        var playwright = await Playwright.CreateAsync();
        try
        {
            // Containers have no user namespaces for Chromium's sandbox and little shared memory; it only ever opens pages of ours.
            var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = path,
                Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            });
            return new Browser(playwright, browser);
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>A page with cookies of its own.</summary>
    /// <param name="width">Of the window; 390 is a phone.</param>
    /// <param name="height">Of the window.</param>
    public async Task<IPage> NewPageAsync(int width = 1280, int height = 800)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height } });
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
