using CsCheck;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Model.Localities;

public sealed class PriorityLoadsTests
{
    private static readonly Gen<(int Healthy, int Total)> Priority = Gen.Int[1, 60].SelectMany(total => Gen.Int[0, total].Select(healthy => (healthy, total)));

    /// <summary>The table of Envoy's documentation of priority levels; in its last row the code gives what rounding leaves to the first, where the table
    /// has 36, 36 and 28.</summary>
    [Theory]
    [InlineData(new[] { 100, 100 }, new[] { 100, 0 })]
    [InlineData(new[] { 72, 100 }, new[] { 100, 0 })]
    [InlineData(new[] { 71, 100 }, new[] { 99, 1 })]
    [InlineData(new[] { 50, 100 }, new[] { 70, 30 })]
    [InlineData(new[] { 25, 100 }, new[] { 35, 65 })]
    [InlineData(new[] { 0, 100 }, new[] { 0, 100 })]
    [InlineData(new[] { 25, 25 }, new[] { 50, 50 })]
    [InlineData(new[] { 25, 25, 20 }, new[] { 37, 35, 28 })]
    public void Divide_gives_what_Envoy_documents(int[] healthyPercent, int[] expected)
    {
        var (loads, panics) = Divide(healthyPercent, [.. healthyPercent.Select(_ => 100)], threshold: 0);

        Assert.Equal(expected, loads);
        Assert.DoesNotContain(true, panics);
    }

    /// <summary>The vectors of Envoy's load_balancer_impl_base_test.cc.</summary>
    [Theory]
    [InlineData(new[] { 0, 0 }, new[] { 1, 2 }, new[] { 34, 66 })]
    [InlineData(new[] { 1, 1 }, new[] { 3, 3 }, new[] { 50, 50 })]
    public void Divide_in_panic_of_all_goes_by_the_number_of_endpoints(int[] healthy, int[] totals, int[] expected)
    {
        var (loads, panics) = Divide(healthy, totals, threshold: 50);

        Assert.Equal(expected, loads);
        Assert.DoesNotContain(false, panics);
    }

    [Fact]
    public void Divide_knows_panic_only_where_the_priorities_together_cannot_bear_all()
    {
        Assert.Equal([false, false], Divide([1, 10], [10, 10], threshold: 50).Panics);
        Assert.Equal([true, false], Divide([1, 6], [10, 10], threshold: 50).Panics);
    }

    [Fact]
    public void Divide_panics_strictly_below_the_threshold()
    {
        Assert.Equal([false], Divide([50], [100], threshold: 50).Panics);
        Assert.Equal([true], Divide([49], [100], threshold: 50).Panics);
    }

    [Fact]
    public void Gotcha_28_a_threshold_of_zero_knows_no_panic()
    {
        var (loads, panics) = Divide([0, 0], [3, 3], threshold: 0);

        Assert.Equal([0, 0], loads);
        Assert.Equal([false, false], panics);
    }

    [Fact]
    public void Divide_does_not_round_the_last_healthy_endpoint_away()
        => Assert.Equal([0, 100], Divide([0, 1], [1000, 1000], threshold: 0).Loads);

    [Fact]
    public void Divide_sums_to_a_hundred_while_anything_may_be_called()
        => Seeded.Sample(Gen.Select(Priority.Array[1, 6], Gen.Int[0, 100]), 2000, given =>
        {
            var (priorities, threshold) = given;
            var (loads, panics) = Divide([.. priorities.Select(priority => priority.Healthy)], [.. priorities.Select(priority => priority.Total)], threshold);
            var canCall = panics.Contains(true) || priorities.Any(priority => priority.Healthy > 0);

            Assert.Equal(canCall ? 100 : 0, loads.Sum());
            Assert.All(loads, load => Assert.InRange(load, 0, 100));
            Assert.All(loads.Index(), load => Assert.True(load.Item == 0 || panics[load.Index] || priorities[load.Index].Healthy > 0));
        });

    /// <summary>Up to the percent that rounding moves to the first priority with any health.</summary>
    [Fact]
    public void Divide_gives_a_healthier_priority_no_less()
        => Seeded.Sample(Gen.Select(Priority.Array[1, 6], Gen.Int[0, 5]), 2000, given =>
        {
            var (priorities, place) = given;
            var at = place % priorities.Length;
            if (priorities[at].Healthy == priorities[at].Total)
            {
                return;
            }

            var before = Load(priorities);
            priorities[at].Healthy++;

            Assert.InRange(Load(priorities), before - priorities.Length, 100);

            int Load((int Healthy, int Total)[] now)
                => Divide([.. now.Select(priority => priority.Healthy)], [.. now.Select(priority => priority.Total)], threshold: 0).Loads[at];
        });

    private static (int[] Loads, bool[] Panics) Divide(int[] healthy, int[] totals, int threshold)
    {
        var loads = new int[healthy.Length];
        var panics = new bool[healthy.Length];
        PriorityLoads.Divide(healthy, totals, threshold, loads, panics);
        return (loads, panics);
    }
}
