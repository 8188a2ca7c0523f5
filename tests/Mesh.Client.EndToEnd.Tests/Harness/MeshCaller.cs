using System.Text.Json.Nodes;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>A meshed client in the test's own process, made as an application makes its own.</summary>
internal sealed class MeshCaller : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="settings">JSON files with a section Mesh; later ones win.</param>
    /// <param name="rules">Istio files.</param>
    /// <param name="timeout">Of the client; a minute where none is given.</param>
    public MeshCaller(IEnumerable<string?> settings, IEnumerable<string> rules, TimeSpan? timeout = null)
    {
        var configuration = new ConfigurationBuilder();
        foreach (var file in settings.OfType<string>())
        {
            configuration.AddJsonFile(file, optional: false, reloadOnChange: true);
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration.Build());
        services.AddLogging(logging => logging.AddProvider(Log));
        services.AddMeshClient(mesh => mesh.AddIstioYaml([.. rules]));
        services.AddHttpClient("caller", client => client.Timeout = timeout ?? TimeSpan.FromSeconds(60));
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<IHttpClientFactory>().CreateClient("caller");
    }

    /// <summary>One that knows what the services of a running Bookinfo know, with these rules on top.</summary>
    internal static MeshCaller Beside(RunningBookinfo bookinfo, IEnumerable<string> rules, TimeSpan? timeout = null)
        => new([bookinfo.Settings, bookinfo.Launcher.ServicesFilePath], rules, timeout);

    public HttpClient Client { get; }

    public LogCapture Log { get; } = new();

    public IMesh Mesh => _services.GetRequiredService<IMesh>();

    /// <summary>The version of reviews that answers a call with these headers.</summary>
    public async Task<string> ReviewsVersionAsync(string? user = null, string? userAgent = null)
    {
        using var response = await SendAsync("http://reviews:9080/reviews/0", user, userAgent);
        response.EnsureSuccessStatusCode();
        return Pods.VersionIn(await response.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> SendAsync(string address, string? user = null, string? userAgent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (user is not null)
        {
            request.Headers.TryAddWithoutValidation("end-user", user);
        }

        if (userAgent is not null)
        {
            request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>The errors that reviews shows in place of stars.</summary>
    public static IEnumerable<string?> RatingErrors(string reviews)
        => (JsonNode.Parse(reviews)?["reviews"] as JsonArray ?? []).Select(review => (string?)review?["rating"]?["error"]);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Log.Dispose();
    }
}
