using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests;

/// <summary>Services that declare no ports: what callers write makes clusters.</summary>
public sealed class ClusterManagerPortTests : IDisposable
{
    private const int Kept = 64;

    private readonly TestClock _time = new();
    private readonly ScriptedSource _scripted = new();
    private readonly StaticEndpointSource _static = new();
    private readonly ClusterManager _manager;
    private readonly ClusterModel _any = Services.Cluster(Portless("10.0.0.1"), port: 0);
    private readonly List<string> _removed = [];

    public ClusterManagerPortTests()
    {
        _manager = new ClusterManager(
            _time,
            MeshRandom.Seeded(1),
            NullLoggerFactory.Instance,
            kind => kind == DiscoveryKind.Static ? _static : _scripted,
            _ => false);
        _manager.EndpointRemoved += endpoint => _removed.Add(endpoint.Endpoint.Address);
    }

    public void Dispose() => _manager.Dispose();

    [Fact]
    public void Get_for_ever_new_undeclared_ports_keeps_a_bounded_number_of_states()
    {
        Call(_any, 1, 2_000);

        Assert.Equal(Kept, _manager.GetStates().Count);
    }

    [Fact]
    public void Get_for_ever_new_undeclared_ports_bounds_each_subset_by_itself()
    {
        var service = Portless("10.0.0.1");
        Call(Services.Cluster(service, "v1", port: 0), 1, Kept);
        Call(Services.Cluster(service, "v2", port: 0), 1, Kept);

        Assert.Equal(2 * Kept, _manager.GetStates().Count);
    }

    [Fact]
    public void Get_beyond_the_bound_drops_the_longest_unused_state()
    {
        Call(_any, 1, Kept);
        var used = _manager.Get(_any, 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        _manager.Get(_any, Kept + 1);

        Assert.DoesNotContain(2, Ports());
        Assert.Same(used, _manager.Get(_any, 1));
    }

    [Fact]
    public void Get_beyond_the_bound_keeps_states_with_calls_in_flight()
    {
        var busy = _manager.Get(_any, 1);
        busy.Endpoints.All[0].BeginCall();
        Call(_any, 2, 2 * Kept);

        Assert.Same(busy, _manager.Get(_any, 1));
    }

    [Fact]
    public void Get_beyond_the_bound_keeps_ports_that_rules_name()
    {
        var named = Services.Cluster(_any.Service, port: 9080);
        _manager.Apply(Services.Snapshot(_any, named));
        var state = _manager.Get(named, 80);
        Call(_any, 1, 2 * Kept);

        Assert.Contains(state, _manager.GetStates());
    }

    [Fact]
    public void Get_beyond_the_bound_drains_what_was_dialled_on_that_port_alone()
    {
        var model = Services.Cluster(Portless("10.0.0.1", "10.0.0.2:80"), port: 0);
        Call(model, 1, Kept + 1);

        Assert.Equal(["10.0.0.1"], _removed);
    }

    [Fact]
    public async Task State_dropped_for_another_port_is_still_filled_for_the_call_that_waits()
    {
        var model = Services.Cluster(Services.Named("reviews"), port: 0);
        var waiting = _manager.Get(model, 1);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Call(model, 2, Kept);
        Assert.DoesNotContain(1, Ports());

        await _scripted.AnswerAsync("10.0.0.1");
        await _manager.WaitUntilReadyAsync(waiting, TestContext.Current.CancellationToken);
        Assert.Single(waiting.Endpoints.All);
    }

    private static ServiceModel Portless(params string[] addresses) =>
        Services.Named("reviews", DiscoveryKind.Static, [.. addresses.Select(address => Services.Labelled(address, "v1"))]);

    private void Call(ClusterModel model, int first, int count)
    {
        for (var port = first; port < first + count; port++)
        {
            _manager.Get(model, port);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    private IEnumerable<int> Ports() => _manager.GetStates().Select(state => state.Key.Port);
}
