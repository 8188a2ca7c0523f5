using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests;

/// <summary>Services that declare no ports: what callers write makes clusters.</summary>
public sealed class ClusterManagerPortTests : ClusterManagerTestBase
{
    private const int Kept = 64;

    private readonly ClusterModel _any = Services.Cluster(Portless("10.0.0.1"), port: 0);

    [Fact]
    public void Get_for_ever_new_undeclared_ports_keeps_a_bounded_number_of_states()
    {
        Call(_any, 1, 2_000);

        Assert.Equal(Kept, Manager.GetStates().Count);
    }

    [Fact]
    public void Get_for_ever_new_undeclared_ports_bounds_each_subset_by_itself()
    {
        var service = Portless("10.0.0.1");
        Call(Services.Cluster(service, "v1", port: 0), 1, Kept);
        Call(Services.Cluster(service, "v2", port: 0), 1, Kept);

        Assert.Equal(2 * Kept, Manager.GetStates().Count);
    }

    [Fact]
    public void Get_beyond_the_bound_drops_the_longest_unused_state()
    {
        Call(_any, 1, Kept);
        var used = Manager.Get(_any, 1);
        Time.Advance(TimeSpan.FromSeconds(1));
        Manager.Get(_any, Kept + 1);

        Assert.DoesNotContain(2, Ports());
        Assert.Same(used, Manager.Get(_any, 1));
    }

    [Fact]
    public void Get_beyond_the_bound_keeps_states_with_calls_in_flight()
    {
        var busy = Manager.Get(_any, 1);
        busy.Endpoints.All[0].BeginCall();
        Call(_any, 2, 2 * Kept);

        Assert.Same(busy, Manager.Get(_any, 1));
    }

    [Fact]
    public void Get_beyond_the_bound_keeps_ports_that_rules_name()
    {
        var named = Services.Cluster(_any.Service, port: 9080);
        Manager.Apply(Services.Snapshot(_any, named));
        var state = Manager.Get(named, 80);
        Call(_any, 1, 2 * Kept);

        Assert.Contains(state, Manager.GetStates());
    }

    [Fact]
    public void Get_beyond_the_bound_drains_what_was_dialled_on_that_port_alone()
    {
        var model = Services.Cluster(Portless("10.0.0.1", "10.0.0.2:80"), port: 0);
        Call(model, 1, Kept + 1);

        Assert.Equal(["10.0.0.1"], Removed);
    }

    [Fact]
    public async Task State_dropped_for_another_port_is_still_filled_for_the_call_that_waits()
    {
        var model = Services.Cluster(Services.Named("reviews"), port: 0);
        var waiting = Manager.Get(model, 1);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Call(model, 2, Kept);
        Assert.DoesNotContain(1, Ports());

        await Scripted.AnswerAsync("10.0.0.1");
        await Manager.WaitUntilReadyAsync(waiting, TestContext.Current.CancellationToken);
        Assert.Single(waiting.Endpoints.All);
    }

    private static ServiceModel Portless(params string[] addresses) =>
        Services.Named("reviews", DiscoveryKind.Static, [.. addresses.Select(address => Services.Labelled(address, "v1"))]);

    private void Call(ClusterModel model, int first, int count)
    {
        for (var port = first; port < first + count; port++)
        {
            Manager.Get(model, port);
            Time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    private IEnumerable<int> Ports() => Manager.GetStates().Select(state => state.Key.Port);
}
