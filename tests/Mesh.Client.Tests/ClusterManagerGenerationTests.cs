using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests;

/// <summary>Calls that began under rules which are gone by the time they ask for their cluster.</summary>
public sealed class ClusterManagerGenerationTests : IDisposable
{
    private static readonly TimeSpan LongAfter = TimeSpan.FromMinutes(2);

    private readonly TestClock _time = new();
    private readonly ScriptedSource _scripted = new();
    private readonly StaticEndpointSource _static = new();
    private readonly ClusterManager _manager;
    private readonly List<string> _removed = [];

    public ClusterManagerGenerationTests()
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

    [Theory]
    [InlineData(80)]
    [InlineData(0)]
    public void State_made_by_a_call_on_rules_that_are_gone_ends_by_itself(int port)
    {
        var gone = Services.Cluster(Reviews(), port: port);
        _manager.Apply(Services.Snapshot(gone));
        _manager.Get(gone, 80);
        _manager.Apply(Services.Snapshot());
        var state = port == 0 ? _manager.Get(gone, 80) : _manager.Get(Services.Cluster(Reviews()), 80);
        Assert.Equal(2, state.Endpoints.All.Length);
        _removed.Clear();
        _time.Advance(LongAfter);

        Assert.Empty(_manager.GetStates());
        Assert.Equal(["10.0.0.1:80", "10.0.0.2:80"], _removed);
        Assert.Equal(2, state.Endpoints.All.Length);
    }

    [Fact]
    public async Task Discovery_started_by_a_call_on_rules_that_are_gone_ends_by_itself()
    {
        _manager.Apply(Services.Snapshot());
        var state = _manager.Get(Services.Cluster(Services.Named("reviews")), 80);
        await _scripted.AnswerAsync(Timeout.InfiniteTimeSpan, "10.0.0.1");
        await _manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        Assert.Single(state.Endpoints.All);
        _time.Advance(LongAfter);

        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
        Assert.Empty(_manager.GetStates());
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
        _manager.Apply(Services.Snapshot(newer));
        _manager.Get(older, 80);
        var state = _manager.Get(newer, 80);
        _time.Advance(LongAfter);

        Assert.Same(state, Assert.Single(_manager.GetStates()));
    }

    [Fact]
    public void State_that_newer_rules_name_again_stays()
    {
        var gone = Services.Cluster(Reviews());
        _manager.Apply(Services.Snapshot());
        var state = _manager.Get(gone, 80);
        _manager.Apply(Services.Snapshot(Services.Cluster(Reviews())));
        _time.Advance(LongAfter);

        Assert.Same(state, Assert.Single(_manager.GetStates()));
        Assert.Empty(_removed);
    }

    [Fact]
    public void Get_under_the_rules_that_are_live_needs_no_timer()
    {
        var model = Services.Cluster(Reviews());
        _manager.Apply(Services.Snapshot(model));
        _manager.Get(model, 80);

        Assert.Equal(0, _time.LiveTimers);
    }

    [Fact]
    public void Dispose_before_such_a_state_ends_leaves_no_timer()
    {
        _manager.Apply(Services.Snapshot());
        _manager.Get(Services.Cluster(Reviews()), 80);
        _manager.Dispose();

        Assert.Equal(0, _time.LiveTimers);
    }

    private static ServiceModel Reviews() => Services.Named(
        "reviews", DiscoveryKind.Static, [Services.Labelled("10.0.0.1:80", "v1"), Services.Labelled("10.0.0.2:80", "v2")]);
}
