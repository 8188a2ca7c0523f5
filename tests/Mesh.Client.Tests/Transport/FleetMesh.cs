using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Transport;

/// <summary>A mesh over real loopback servers: service <c>shop</c> with one endpoint per server, labelled <c>server: "0"</c> and so on.</summary>
internal sealed class FleetMesh : IAsyncDisposable
{
    private FleetMesh(Fleet fleet, FakeSource source, DelegatingHandler handler, LogCapture logs)
    {
        Fleet = fleet;
        Source = source;
        Handler = handler;
        Logs = logs;
        Client = new HttpClient(handler);
    }

    public Fleet Fleet { get; }

    public FakeSource Source { get; }

    public DelegatingHandler Handler { get; }

    public LogCapture Logs { get; }

    public HttpClient Client { get; }

    public static async Task<FleetMesh> StartAsync(
        int servers, FleetOptions? options = null, HttpMessageHandler? primary = null, string rules = "", string protocol = "http")
    {
        var fleet = await Fleet.StartAsync(servers, options);
        var source = new FakeSource("rules");
        source.PushJson(Rules(fleet.Servers, rules, protocol));
        var logs = new LogCapture();
        var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [source], LoggerFactory = logs, InnerHandler = primary });
        return new FleetMesh(fleet, source, handler, logs);
    }

    public static string Rules(IEnumerable<FleetServer> servers, string rules = "", string protocol = "http")
    {
        var endpoints = servers.Select(server => $$"""{ "Address": "{{server.Address}}", "Labels": { "server": "{{server.Index}}" } }""");
        return $$"""
            { "Seed": 1, "Services": { "shop": { "Ports": [ { "Number": {{(protocol == "https" ? 443 : 80)}}, "Name": "{{protocol}}" } ],
              "Endpoints": [ {{string.Join(", ", endpoints)}} ] } }{{(rules.Length == 0 ? "" : ", " + rules)}} }
            """;
    }

    public async Task<FleetEcho> EchoAsync(string uri = "http://shop/")
    {
        using var response = await Client.GetAsync(uri, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<FleetEcho>(JsonSerializerOptions.Web, TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Fleet.DisposeAsync();
        Logs.Dispose();
    }
}
