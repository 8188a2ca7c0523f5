using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Tests.Discovery;

/// <summary>With the real providers of Microsoft.Extensions.ServiceDiscovery.</summary>
public sealed class ServiceDiscoveryEndpointSourceTests : IAsyncDisposable
{
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["services:basket:http:0"] = "10.0.0.5:8080",
        ["services:basket:http:1"] = "http://basket.internal:9090",
        ["services:basket:http:2"] = "http://[fd00::1]:81",
    }).Build();

    private readonly ServiceProvider _provider;
    private readonly ServiceEndpointResolver _resolver;

    public ServiceDiscoveryEndpointSourceTests()
    {
        _provider = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(_configuration).AddServiceDiscovery().BuildServiceProvider();
        _resolver = _provider.GetRequiredService<ServiceEndpointResolver>();
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact]
    public async Task Resolve_reads_addresses_names_and_ports()
    {
        var answer = await new ServiceDiscoveryEndpointSource(_resolver).ResolveAsync(
            Services.Question("http://basket", DiscoveryKind.ServiceDiscovery), TestContext.Current.CancellationToken);

        Assert.Equal(["10.0.0.5:8080", "basket.internal:9090", "[fd00::1]:81"], answer.Endpoints.Select(endpoint => endpoint.Address));
        Assert.NotNull(answer.ChangeToken);
    }

    [Fact]
    public async Task Resolve_of_a_name_without_scheme_finds_the_http_endpoints()
    {
        var answer = await new ServiceDiscoveryEndpointSource(_resolver).ResolveAsync(
            Services.Question("basket", DiscoveryKind.ServiceDiscovery), TestContext.Current.CancellationToken);

        Assert.Equal(3, answer.Endpoints.Count);
    }

    [Fact]
    public async Task Resolve_of_an_unknown_service_passes_the_name_through()
    {
        var answer = await new ServiceDiscoveryEndpointSource(_resolver).ResolveAsync(
            Services.Question("elsewhere", DiscoveryKind.ServiceDiscovery), TestContext.Current.CancellationToken);

        Assert.Equal("elsewhere", Assert.Single(answer.Endpoints).Address);
    }

    [Fact]
    public async Task Manager_follows_a_change_of_the_configuration()
    {
        using var manager = new ClusterManager(TimeProvider.System, MeshRandom.Seeded(1), NullLoggerFactory.Instance, _resolver);
        var state = manager.Get(Services.Cluster(Services.Named("http://basket", DiscoveryKind.ServiceDiscovery)), 80);
        await manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        Assert.Equal(3, state.Endpoints.All.Length);

        _configuration["services:basket:http:0"] = "10.0.0.6:8080";
        _configuration.Reload();
        await Eventually.TrueAsync(() => state.Endpoints.All.Any(endpoint => endpoint.Endpoint.Address == "10.0.0.6:8080"));
    }
}
