using System.Net;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Tests;

/// <summary>The mesh as a provider of Microsoft.Extensions.ServiceDiscovery, asked by its real resolver.</summary>
public sealed class ServiceDiscoveryProviderTests : IAsyncDisposable
{
    private const string Rules = """
        { "Services": {
            "reviews": { "Discovery": "Fake", "Ports": [ { "Number": 80, "Name": "http" }, { "Number": 8443, "Name": "https" }, { "Number": 81, "Name": "admin", "TargetPort": 9081 } ] },
            "any": { "Endpoints": [ { "Address": "10.0.1.1" } ] },
            "basket": { "Discovery": "ServiceDiscovery" },
            "gone": { "Discovery": "None" } } }
        """;

    private readonly FakeEndpointSource _source = new();
    private readonly FakeSource _rules = new("rules");
    private readonly ServiceProvider _services;
    private readonly ServiceEndpointResolver _resolver;

    public ServiceDiscoveryProviderTests()
    {
        _rules.PushJson(Rules);
        _services = Build(meshFirst: false);
        _resolver = _services.GetRequiredService<ServiceEndpointResolver>();
    }

    private ServiceProvider Build(bool meshFirst)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["services:basket:http:0"] = "10.0.0.5:8080",
            ["services:overridden:http:0"] = "10.0.0.6:8080",
        }).Build());
        if (!meshFirst)
        {
            services.AddServiceDiscovery();
        }

        services.AddMeshClient(mesh => mesh.AddSource(_rules).AddEndpointSource(_source).AddServiceDiscoveryProvider().AddServiceDiscoveryProvider());
        services.ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new ScriptedTransport(TimeProvider.System)));
        return (meshFirst ? services.AddServiceDiscovery() : services).BuildServiceProvider();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Theory]
    [InlineData("http://reviews", "10.0.0.1:80")]
    [InlineData("http://reviews.default.svc.cluster.local", "10.0.0.1:80")]
    [InlineData("https://reviews", "10.0.0.1:8443")]
    [InlineData("https+http://reviews", "10.0.0.1:8443")]
    [InlineData("http://_admin.reviews", "10.0.0.1:9081")]
    public async Task Endpoints_of_a_source_are_found(string query, string address)
    {
        var asking = GetAsync(query);
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));

        Assert.Equal(IPEndPoint.Parse(address), Assert.Single((await asking).Endpoints).EndPoint);
    }

    [Fact]
    public async Task Endpoint_has_the_name_of_the_service_and_what_is_known_of_it_as_features()
    {
        var asking = GetAsync("http://reviews");
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1") { Labels = new Dictionary<string, string> { ["version"] = "v1" }, Locality = "eu/a", Weight = 3, Priority = 2 });
        var features = Assert.Single((await asking).Endpoints).Features;

        Assert.Equal("reviews", features.Get<IHostNameFeature>()!.HostName);
        var described = features.Get<MeshEndpoint>()!;
        Assert.Equal(("10.0.0.1:80", "v1", "eu/a", 3, 2), (described.Address, described.Labels["version"], described.Locality, described.Weight, described.Priority));
    }

    [Fact]
    public async Task Change_of_the_endpoints_fires_the_token()
    {
        var asking = GetAsync("http://reviews");
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));
        var first = await asking;
        Assert.False(first.ChangeToken.HasChanged);
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.2"));

        await Eventually.TrueAsync(() => first.ChangeToken.HasChanged);
        Assert.Equal(IPEndPoint.Parse("10.0.0.2:80"), Assert.Single((await GetAsync("http://reviews")).Endpoints).EndPoint);
    }

    [Fact]
    public async Task Change_of_the_rules_fires_the_token()
    {
        var first = await GetAsync("http://any");
        Assert.Equal(IPEndPoint.Parse("10.0.1.1:80"), Assert.Single(first.Endpoints).EndPoint);
        _rules.PushJson("""{ "Services": { "any": { "Endpoints": [ { "Address": "10.0.1.2" } ] } } }""");

        await Eventually.TrueAsync(() => first.ChangeToken.HasChanged);
        Assert.Equal(IPEndPoint.Parse("10.0.1.2:80"), Assert.Single((await GetAsync("http://any")).Endpoints).EndPoint);
    }

    [Fact]
    public async Task Service_that_leaves_the_rules_is_left_to_the_others_and_found_again_when_it_is_back()
    {
        var first = await GetAsync("http://any");
        _rules.PushJson("""{ "Services": {} }""");
        await Eventually.TrueAsync(() => first.ChangeToken.HasChanged);
        var second = first;
        await Eventually.TrueAsync(async () => (second = await GetAsync("http://any")).Endpoints is [{ EndPoint: DnsEndPoint { Host: "any" } }]);

        _rules.PushJson(Rules);
        await Eventually.TrueAsync(() => second.ChangeToken.HasChanged);
        await Eventually.TrueAsync(async () => (await GetAsync("http://any")).Endpoints is [{ EndPoint: IPEndPoint }]);
    }

    /// <summary>Else the mesh would ask the resolver, which would ask the mesh.</summary>
    [Fact]
    public async Task Service_that_the_mesh_finds_by_service_discovery_is_left_to_the_other_providers()
    {
        Assert.Equal(IPEndPoint.Parse("10.0.0.5:8080"), Assert.Single((await GetAsync("http://basket")).Endpoints).EndPoint);

        // Asked first, it would ask itself.
        await using var meshFirst = Build(meshFirst: true);
        using var response = await meshFirst.GetRequiredService<IHttpClientFactory>().CreateClient().GetAsync("http://basket/", Cancellation);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal("10.0.0.5:8080", result.Endpoint);
    }

    [Theory]
    [InlineData("http://stranger", "stranger")]
    [InlineData("http://gone", "gone")]
    public async Task Host_without_endpoints_in_the_mesh_passes_through(string query, string host)
        => Assert.Equal(host, Assert.IsType<DnsEndPoint>(Assert.Single((await GetAsync(query)).Endpoints).EndPoint).Host);

    [Fact]
    public async Task Provider_that_was_registered_earlier_goes_first()
    {
        _rules.PushJson("""{ "Services": { "overridden": { "Endpoints": [ { "Address": "10.0.0.1:1" } ] } } }""");

        Assert.Equal(IPEndPoint.Parse("10.0.0.6:8080"), Assert.Single((await GetAsync("http://overridden")).Endpoints).EndPoint);
    }

    [Fact]
    public async Task Service_without_endpoints_fails_and_is_not_looked_for_under_its_name()
    {
        var asking = GetAsync("http://reviews");
        (await _source.OfAsync("reviews")).Push(new MeshEndpointSet([]) { Explanation = "The registry has none." });

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => asking);
        Assert.Contains("The registry has none.", failure.Message, StringComparison.Ordinal);

        // And is asked for again with the next question.
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await GetAsync("http://reviews")).Endpoints.Count == 1;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task Draining_endpoint_is_left_out_while_there_is_another()
    {
        var asking = GetAsync("http://reviews");
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1") { State = MeshEndpointState.Draining }, new MeshEndpoint("10.0.0.2"));

        Assert.Equal(IPEndPoint.Parse("10.0.0.2:80"), Assert.Single((await asking).Endpoints).EndPoint);
    }

    [Fact]
    public async Task Questions_and_calls_share_one_watcher()
    {
        var asking = GetAsync("http://reviews");
        await _source.PushAsync("reviews", new MeshEndpoint("10.0.0.1"));
        await asking;
        await GetAsync("https://reviews");
        using var response = await _services.GetRequiredService<IHttpClientFactory>().CreateClient().GetAsync("http://reviews/", Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, _source.Begun);
    }

    private async Task<ServiceEndpointSource> GetAsync(string query) => await _resolver.GetEndpointsAsync(query, Cancellation);
}
