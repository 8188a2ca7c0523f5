using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Simulation;

namespace Mesh.Client.Tests.LoadBalancing;

/// <summary>What the simulations showed when the default was chosen stays true. Fake time and seeds: a run ends the same on any machine.</summary>
public sealed class SimulationTests
{
    private static readonly Policy Default = Policy.Of("default", ClusterPolicy.Default.LoadBalancer);

    private static readonly Lazy<SimulationResult> Flat = new(() => Run(Scenarios.Flat));

    [Fact]
    public void Default_costs_a_fleet_of_equals_at_most_a_twentieth_of_the_median_of_least_request()
        => Assert.InRange(Flat.Value.P50, 0, 1.05 * Run(Scenarios.Flat, Policy.Of("LEAST_REQUEST", LoadBalancerPolicy.LeastRequest)).P50);

    [Fact]
    public void Default_costs_a_small_fleet_of_equals_as_little()
        => Assert.InRange(Run(Scenarios.Small).P50, 0, 1.05 * Run(Scenarios.Small, Policy.Of("LEAST_REQUEST", LoadBalancerPolicy.LeastRequest)).P50);

    [Fact]
    public void Default_hides_a_tenth_of_the_servers_that_is_five_times_slower()
        => Assert.InRange(Run(Scenarios.SlowSet).P99, 0, 1.3 * Flat.Value.P99);

    [Fact]
    public void Default_follows_a_slow_set_that_moves()
        => Assert.InRange(Run(Scenarios.MovingSet).P99, 0, 1.5 * Flat.Value.P99);

    [Fact]
    public void Default_gives_an_endpoint_that_fails_fast_under_a_hundredth_of_the_calls()
        => Assert.InRange(Run(Scenarios.FastFailure with { Servers = 10, Clients = 5 }).WatchedPercent, 0, 1);

    [Fact]
    public void Default_gives_an_endpoint_that_fails_fast_no_more_than_its_share_from_the_twentieth_call_on()
        => Assert.InRange(
            Run(Scenarios.FastFailure with { Servers = 10, Clients = 1, WarmUp = 0, WatchedFrom = 20 / 280.0, Duration = 0.5 }).WatchedPercent, 0, 10);

    [Fact]
    public void Default_gives_a_frozen_endpoint_under_a_hundredth_of_the_calls_after_three_times_its_usual_p99()
        => Assert.InRange(Run(Scenarios.Freeze with { Servers = 10, Clients = 5 }).WatchedPercent, 0, 1);

    [Fact]
    public void Default_loses_a_zone_with_few_calls_that_fail()
        => Assert.InRange(Run(Scenarios.ZoneLoss).FailedPercent, 0, 1);

    [Fact]
    public void Run_ends_the_same_for_the_same_seed()
        => Assert.Equal(Run(Scenarios.SlowSet), Run(Scenarios.SlowSet));

    private static SimulationResult Run(Scenario scenario, Policy? policy = null) => new Simulation.Simulation(scenario, policy ?? Default, seed: 1).Run();
}
