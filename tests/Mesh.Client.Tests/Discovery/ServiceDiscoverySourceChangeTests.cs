using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Tests.Discovery;

/// <summary>What a provider of Microsoft.Extensions.ServiceDiscovery tells beside addresses, and when.</summary>
public sealed class ServiceDiscoverySourceChangeTests : IAsyncDisposable
{
    private readonly ScriptedProvider _provider = new();
    private readonly ServiceProvider _services;
    private readonly ClusterManager _manager;

    public ServiceDiscoverySourceChangeTests()
    {
        _services = new ServiceCollection().AddLogging().AddServiceDiscoveryCore().AddSingleton<IServiceEndpointProviderFactory>(_provider).BuildServiceProvider();
        _manager = new ClusterManager(TimeProvider.System, MeshRandom.Seeded(1), NullLoggerFactory.Instance, _services.GetRequiredService<ServiceEndpointResolver>());
    }

    public async ValueTask DisposeAsync()
    {
        _manager.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Features_become_labels_locality_weight_and_draining()
    {
        _provider.Set(
            ("10.0.0.1:80", features => features.Set(new MeshEndpoint("ignored:1") { Labels = Version("v1"), Locality = "eu/a", Weight = 3, Priority = 2, State = MeshEndpointState.Draining })),
            ("10.0.0.2:80", features => features.Set<IReadOnlyDictionary<string, string>>(Version("v2"))),
            ("10.0.0.3:80", null));
        var endpoints = (await KnowAsync()).Endpoints.All.Select(state => state.Endpoint).ToList();

        Assert.Equal(["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"], endpoints.Select(endpoint => endpoint.Address));
        Assert.Equal(("v1", "eu/a", 3, 2, true), (endpoints[0].Labels["version"], endpoints[0].Locality, endpoints[0].Weight, endpoints[0].Priority, endpoints[0].IsDraining));
        Assert.Equal(("v2", null, 1, false), (endpoints[1].Labels["version"], endpoints[1].Locality, endpoints[1].Weight, endpoints[1].IsDraining));
        Assert.Empty(endpoints[2].Labels);
    }

    [Fact]
    public async Task Labels_of_features_choose_a_subset()
    {
        _provider.Set(("10.0.0.1:80", features => features.Set(new MeshEndpoint("a") { Labels = Version("v1") })), ("10.0.0.2:80", null));

        Assert.Equal("10.0.0.1:80", Assert.Single((await KnowAsync("v1")).Endpoints.All).Endpoint.Address);
    }

    [Fact]
    public async Task Same_answer_again_changes_nothing()
    {
        _provider.Set(("10.0.0.1:80", features => features.Set(new MeshEndpoint("a") { Labels = Version("v1") })));
        var cluster = await KnowAsync();
        var before = cluster.Endpoints.All[0].Endpoint;
        var asked = _provider.Questions;
        _provider.Signal();
        await Eventually.TrueAsync(() => _provider.Questions > asked);
        _provider.Signal();
        await Eventually.TrueAsync(() => _provider.Questions > asked + 1);

        Assert.Same(before, cluster.Endpoints.All[0].Endpoint);
    }

    /// <summary>The stock handler waits for its timer, or for ever: its watcher does not look again at a token that fired meanwhile.</summary>
    [Fact]
    public async Task Signal_while_the_providers_are_asked_is_not_lost()
    {
        _provider.Set(("10.0.0.1:80", null));
        var reached = new SyncPoint();
        _provider.Answering = () =>
        {
            _provider.Answering = null;
            return reached.ReachAsync();
        };
        var knowing = KnowAsync();
        await reached.WaitUntilReachedAsync();
        _provider.Set(("10.0.0.2:80", null));
        _provider.Signal();
        reached.Continue();
        var cluster = await knowing;

        await Eventually.TrueAsync(() => cluster.Endpoints.All is [{ Endpoint.Address: "10.0.0.2:80" }]);
    }

    /// <summary>Endpoints stay while providers throw; the stock handler hands the exception to its callers.</summary>
    [Fact]
    public async Task Provider_that_fails_leaves_what_it_said_before()
    {
        _provider.Set(("10.0.0.1:80", null));
        var cluster = await KnowAsync();
        _provider.Answering = () => throw new TimeoutException("no answer");
        _provider.Signal();

        await Eventually.TrueAsync(() => _manager.GetDiscoveryStatus(cluster).Problem is "no answer");
        Assert.Equal("10.0.0.1:80", Assert.Single(cluster.Endpoints.All).Endpoint.Address);
    }

    private static Dictionary<string, string> Version(string version) => new() { ["version"] = version };

    private async Task<ClusterState> KnowAsync(string? version = null)
    {
        var cluster = _manager.Get(Services.Cluster(Services.Named("shop", DiscoveryKind.ServiceDiscovery), version), 80);
        await _manager.WaitUntilReadyAsync(cluster, TestContext.Current.CancellationToken);
        return cluster;
    }
}
