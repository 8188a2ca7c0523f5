using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests;

/// <summary>Calls that began under rules which are gone by the time they ask for their cluster.</summary>
public sealed class ClusterManagerGenerationTests : ClusterManagerTestBase
{
    private static readonly TimeSpan LongAfter = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(80)]
    [InlineData(0)]
    public void State_made_by_a_call_on_rules_that_are_gone_ends_by_itself(int port)
    {
        var gone = Services.Cluster(Reviews(), port: port);
        Manager.Apply(Services.Snapshot(gone));
        Manager.Get(gone, 80);
        Manager.Apply(Services.Snapshot());
        var state = port == 0 ? Manager.Get(gone, 80) : Manager.Get(Services.Cluster(Reviews()), 80);
        Assert.Equal(2, state.Endpoints.All.Length);
        Removed.Clear();
        Time.Advance(LongAfter);

        Assert.Empty(Manager.GetStates());
        Assert.Equal(["10.0.0.1:80", "10.0.0.2:80"], Removed);
        Assert.Equal(2, state.Endpoints.All.Length);
    }

    [Fact]
    public async Task Discovery_started_by_a_call_on_rules_that_are_gone_ends_by_itself()
    {
        Manager.Apply(Services.Snapshot());
        var state = Manager.Get(Services.Cluster(Services.Named("reviews")), 80);
        await Scripted.AnswerAsync(Timeout.InfiniteTimeSpan, "10.0.0.1");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        Assert.Single(state.Endpoints.All);
        Time.Advance(LongAfter);

        await Eventually.TrueAsync(() => Time.LiveTimers == 0);
        Assert.Empty(Manager.GetStates());
    }

    [Fact]
    public void State_of_relabelled_subset_made_by_a_call_on_older_rules_ends_and_the_new_one_stays()
    {
        var service = Reviews();
        var older = Services.Cluster(service, "v1");
        var newer = new ClusterModel
        {
            Key = older.Key,
            Service = service,
            Policy = older.Policy,
            SubsetLabels = Services.Cluster(service, "v2").SubsetLabels,
        };
        Manager.Apply(Services.Snapshot(newer));
        Manager.Get(older, 80);
        var state = Manager.Get(newer, 80);
        Time.Advance(LongAfter);

        Assert.Same(state, Assert.Single(Manager.GetStates()));
    }

    [Fact]
    public void State_that_newer_rules_name_again_stays()
    {
        var gone = Services.Cluster(Reviews());
        Manager.Apply(Services.Snapshot());
        var state = Manager.Get(gone, 80);
        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews())));
        Time.Advance(LongAfter);

        Assert.Same(state, Assert.Single(Manager.GetStates()));
        Assert.Empty(Removed);
    }

    [Fact]
    public void Get_under_the_rules_that_are_live_needs_no_timer()
    {
        var model = Services.Cluster(Reviews());
        Manager.Apply(Services.Snapshot(model));
        Manager.Get(model, 80);

        Assert.Equal(0, Time.LiveTimers);
    }

    [Fact]
    public void Dispose_before_such_a_state_ends_leaves_no_timer()
    {
        Manager.Apply(Services.Snapshot());
        Manager.Get(Services.Cluster(Reviews()), 80);
        Manager.Dispose();

        Assert.Equal(0, Time.LiveTimers);
    }

    private static ServiceModel Reviews() => Services.Named(
        "reviews", DiscoveryKind.Static, [Services.Labelled("10.0.0.1:80", "v1"), Services.Labelled("10.0.0.2:80", "v2")]);
}
