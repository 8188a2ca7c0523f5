using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Telemetry;

/// <summary>Kestrel on a free loopback port that answers with the headers it got.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<EchoServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(JsonSerializer.Serialize(
            context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()))));
        await app.StartAsync();
        return new EchoServer(app);
    }

    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(HttpResponseMessage response) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(await response.Content.ReadAsStringAsync())!;

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
