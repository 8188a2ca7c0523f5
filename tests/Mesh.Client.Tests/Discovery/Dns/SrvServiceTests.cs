using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>A service that is found by SRV records, under rules that change.</summary>
public sealed class SrvServiceTests : IAsyncLifetime
{
    private readonly ScriptedDnsServer _first;
    private readonly ScriptedDnsServer _second;
    private readonly FakeSource _rules = new("rules");
    private Fleet? _fleet;

    public SrvServiceTests()
    {
        _first = new ScriptedDnsServer(query => Answer(query, 0));
        _second = new ScriptedDnsServer(query => Answer(query, 1));
    }

    public async ValueTask InitializeAsync() => _fleet = await Fleet.StartAsync(2);

    public async ValueTask DisposeAsync()
    {
        _first.Dispose();
        _second.Dispose();
        await _fleet!.DisposeAsync();
    }

    [Fact]
    public async Task Other_name_server_is_asked_at_once_whatever_the_time_to_live()
    {
        Push(_first, "http");
        using var client = new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [_rules] }));
        Assert.Equal(_fleet![0].Address, await CallAsync(client));

        Push(_second, "http");
        await Eventually.TrueAsync(async () => await CallAsync(client) == _fleet[1].Address);
    }

    [Fact]
    public async Task Other_name_of_a_port_is_asked_for_at_once()
    {
        Push(_first, "http");
        using var client = new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [_rules] }));
        await CallAsync(client);

        Push(_first, "web");
        await Eventually.TrueAsync(() => _first.Questions.Contains("SRV _web._tcp.reviews.example"));
        Assert.Equal(_fleet![0].Address, await CallAsync(client));
    }

    private DnsAnswer Answer(DnsQuery query, int server) => query.Type == DnsAnswer.Srv
        ? query.Answer().Service(query.Name, 3600, 0, 0, _fleet![server].Port, "one.example").Glue("one.example", 3600, "127.0.0.1")
        : query.Answer().Code(3);

    private void Push(ScriptedDnsServer server, string port) => _rules.PushJson($$"""
        { "Dns": { "NameServers": [ "{{server.Address}}" ] },
          "Services": { "reviews.example": { "Discovery": "DnsSrv", "Ports": [ { "Number": 80, "Name": "{{port}}" } ] } } }
        """);

    private static async Task<string?> CallAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("http://reviews.example/"), TestContext.Current.CancellationToken);
        Assert.True(response.TryGetMeshResult(out var result));
        return result.Endpoint;
    }
}
