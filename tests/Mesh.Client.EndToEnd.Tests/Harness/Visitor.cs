using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>Somebody who looks at the product page, with cookies of their own.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly HttpClient _client;

    public Visitor(Uri page, string? userAgent = null)
    {
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = page, Timeout = TimeSpan.FromSeconds(60) };
        if (userAgent is not null)
        {
            _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
        }
    }

    /// <summary>Waits until the page comes with details, reviews and stars of every version: the first calls of fresh processes on a busy machine can
    /// take longer than the three seconds that the page gives them.</summary>
    public static async Task WarmAsync(Uri page)
    {
        using var visitor = new Visitor(page);
        var missing = new HashSet<string>(["Book Details", "text-black-500", "text-red-500"], StringComparer.Ordinal);
        await Eventually.TrueAsync(
            async () =>
            {
                var text = await visitor.PageAsync();
                missing.RemoveWhere(part => text.Contains(part, StringComparison.Ordinal));
                return missing.Count == 0;
            },
            TimeSpan.FromSeconds(90),
            "the page to show everything");
    }

    public static async Task<Visitor> SignedInAsync(Uri page, string name, string? userAgent = null)
    {
        var visitor = new Visitor(page, userAgent);
        using var form = new FormUrlEncodedContent([new("username", name), new("passwd", "any")]);
        using var response = await visitor._client.PostAsync(new Uri("/login", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        return visitor;
    }

    public async Task<string> PageAsync()
    {
        using var response = await _client.GetAsync(new Uri("/productpage", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>The version of reviews that the page's own interface got.</summary>
    public async Task<string> ReviewsVersionAsync()
    {
        using var response = await _client.GetAsync(new Uri("/api/v1/products/0/reviews", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Pods.VersionIn(await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => _client.Dispose();
}
