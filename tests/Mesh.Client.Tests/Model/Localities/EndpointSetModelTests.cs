using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;
using Mesh.Client.Tests.Discovery;
using static Mesh.Client.Tests.Model.Localities.Places;

namespace Mesh.Client.Tests.Model.Localities;

/// <summary>Published sets against a model that is told the whole state anew each time and knows neither groups nor passes.</summary>
public sealed class EndpointSetModelTests
{
    private static readonly string?[] Localities = ["eu/a/1", "eu/a/2", "eu/b/1", "us/x", "asia", null];

    private static readonly Gen<(int Kind, int Argument)> Step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 10_000]);

    [Fact]
    public void Sets_agree_with_the_model_after_any_history() => Seeded.Sample(Step.Array[1, 40], 300, history =>
    {
        var cluster = new ClusterState(new("reviews", 80, null), Services.Cluster(Services.Named("reviews")));
        var setting = new Setting(null, 0, "eu/a/1");
        var all = Many([("eu/a/1", 2), ("us/x", 2)]);
        Publish(cluster, all, setting);
        foreach (var (kind, argument) in history)
        {
            switch (kind)
            {
                case 0:
                    setting = setting with { Distribution = argument % 3 == 0 ? null : ["eu/a/*", "eu/b", "us", "*"], Weights = [1 + (argument % 70), 20, 9, 1] };
                    break;
                case 1:
                    setting = setting with { Threshold = argument % 2 == 0 ? 0 : argument % 101 };
                    break;
                case 2:
                    setting = setting with { Client = Localities[argument % Localities.Length] };
                    break;
                case 3 or 4:
                    all = [.. all, At(Localities[argument % Localities.Length], 100 + argument, 1 + (argument % 3))];
                    break;
                case 5 when all.Length > 0:
                    all = [.. all.Where((_, index) => index != argument % all.Length)];
                    break;
                default:
                    if (all.Length > 0)
                    {
                        var endpoint = all[argument % all.Length];
                        endpoint.IsEjected = !endpoint.IsEjected;
                    }

                    break;
            }

            Publish(cluster, all, setting);
            AssertSame(Expect(all, setting), cluster.Endpoints);
        }
    });

    [Fact]
    public async Task Picks_while_sets_are_published_never_see_a_torn_one()
    {
        var all = Many(("eu/a/1", 3), ("eu/b/1", 3), ("us/x", 3));
        var cluster = new ClusterState(new("reviews", 80, null), Services.Cluster(Services.Named("reviews")));
        var setting = new Setting(null, 0, "eu/a/1");
        Publish(cluster, all, setting);
        using var stop = new CancellationTokenSource();
        var pickers = Enum.GetValues<LoadBalancerPolicy>().Take(3).Select(policy => Task.Run(() =>
        {
            var balancer = Balancer.Create(new() { LoadBalancer = policy }, MeshRandom.Seeded(1), new ActiveClock(TimeProvider.System));
            var picks = 0;
            while (!stop.IsCancellationRequested || picks == 0)
            {
                var set = cluster.Endpoints;
                var picked = balancer.Pick(set, new([all[0], all[3]], TimeProvider.System) { LeftBehind = [all[0], all[3]] });
                Assert.Equal(set.Groups.Length == 0, picked is null);
                Assert.True(picked is null || set.Available.Contains(picked));
                picks++;
            }
        })).ToArray();
        for (var round = 0; round < 2000; round++)
        {
            var endpoint = all[round * 7 % all.Length];
            endpoint.IsEjected = !endpoint.IsEjected;
            Publish(cluster, all, setting with { Distribution = round % 3 == 0 ? ["eu/*", "us", "asia", "*"] : null, Weights = [70, 28, 1, 1] });
        }

        await stop.CancelAsync();
        await Task.WhenAll(pickers);
    }

    private static void Publish(ClusterState cluster, EndpointState[] all, Setting setting)
        => Assert.True(cluster.TryPublish(cluster.Endpoints, AvailableEndpoints.Build(all, setting.Policy)));

    /// <summary>The part of the calls of each endpoint.</summary>
    private static Dictionary<EndpointState, double> Expect(EndpointState[] all, Setting setting)
    {
        var expected = all.ToDictionary(endpoint => endpoint, _ => 0.0);
        var tiers = Tiers(all, setting);
        var health = tiers.Select(tier => Math.Min(100, 140 * tier.Count(endpoint => !endpoint.IsEjected) / tier.Length)).ToList();
        var panics = tiers.Select(tier => health.Sum() < 100 && 100.0 * tier.Count(endpoint => !endpoint.IsEjected) / tier.Length < setting.Threshold).ToList();
        List<int> loads;
        if (panics.Count > 0 && panics.TrueForAll(panic => panic))
        {
            loads = [.. tiers.Select(tier => 100 * tier.Length / tiers.Sum(other => other.Length))];
            loads[0] += 100 - loads.Sum();
        }
        else
        {
            loads = [.. tiers.Select(_ => 0)];
            var sum = Math.Min(100, health.Sum());
            for (var tier = 0; tier < loads.Count && sum > 0; tier++)
            {
                loads[tier] = Math.Min(100 - loads.Sum(), 100 * health[tier] / sum);
            }

            if (sum > 0)
            {
                loads[health.FindIndex(tier => tier > 0)] += 100 - loads.Sum();
            }
            else if (tiers.FindIndex(tier => tier.Any(endpoint => !endpoint.IsEjected)) is >= 0 and var first)
            {
                loads[first] = 100;
            }
        }

        for (var tier = 0; tier < tiers.Count; tier++)
        {
            var places = panics[tier] ? [tiers[tier]] : tiers[tier].GroupBy(endpoint => setting.IsGrouped ? endpoint.Endpoint.Locality : "").Select(place => place.ToArray()).ToList();
            var weights = places.ConvertAll(place => panics[tier] ? 1 : WeightOf(place, tiers[tier], setting)
                * (setting.IsGrouped ? Math.Min(1, 1.4 * place.Count(endpoint => !endpoint.IsEjected) / place.Length) : 1));
            foreach (var (place, weight) in places.Zip(weights))
            {
                var members = place.Where(endpoint => panics[tier] || !endpoint.IsEjected).ToList();
                foreach (var endpoint in members)
                {
                    expected[endpoint] = loads[tier] / 100.0 * weight / weights.Sum() * endpoint.Endpoint.Weight / members.Sum(member => member.Endpoint.Weight);
                }
            }
        }

        return expected;
    }

    private static List<EndpointState[]> Tiers(EndpointState[] all, Setting setting)
    {
        if (setting.Distribution is { } distribution)
        {
            EndpointState[] listed = [.. all.Where(endpoint => PatternOf(endpoint, distribution) >= 0)];
            return listed.Length == 0 ? [] : [listed];
        }

        return [.. all.GroupBy(endpoint => setting.Client is null ? 0 : Distance(setting.Client, endpoint.Endpoint.Locality ?? "")).OrderBy(tier => tier.Key).Select(tier => tier.ToArray())];
    }

    private static double WeightOf(EndpointState[] place, EndpointState[] tier, Setting setting)
    {
        var own = place.Sum(endpoint => endpoint.Endpoint.Weight);
        if (setting.Distribution is not { } distribution)
        {
            return own;
        }

        var pattern = PatternOf(place[0], distribution);
        var taken = tier.Where(endpoint => PatternOf(endpoint, distribution) == pattern).Sum(endpoint => endpoint.Endpoint.Weight);
        return Math.Ceiling((double)setting.Weights[pattern] * own / taken);
    }

    private static int PatternOf(EndpointState endpoint, string[] distribution) => Array.FindIndex(distribution, pattern =>
    {
        var prefix = pattern.TrimEnd('*').TrimEnd('/');
        var locality = endpoint.Endpoint.Locality ?? "";
        return prefix.Length == 0 || locality == prefix || locality.StartsWith(prefix + "/", StringComparison.Ordinal);
    });

    private static int Distance(string client, string locality)
    {
        string[] own = [.. client.Split('/'), "", ""];
        string[] other = [.. locality.Split('/'), "", ""];
        return own[0] != other[0] ? 3 : own[1] != other[1] ? 2 : own[2] != other[2] ? 1 : 0;
    }

    private static void AssertSame(Dictionary<EndpointState, double> expected, EndpointSet set)
    {
        var found = new Dictionary<EndpointState, double>();
        foreach (var (index, group) in set.Groups.Index())
        {
            foreach (var endpoint in group.Endpoints)
            {
                // TryAdd would hide an endpoint that is in two groups.
                found.Add(endpoint, set.ShareOf(index) * endpoint.Endpoint.Weight / group.Endpoints.Sum(member => member.Endpoint.Weight));
            }
        }

        Assert.All(expected, pair => Assert.Equal(pair.Value, found.GetValueOrDefault(pair.Key), tolerance: 1e-6));
        Assert.Equal(expected.Count, set.All.Length);
    }

    private sealed record Setting(string[]? Distribution, int Threshold, string? Client)
    {
        public int[] Weights { get; init; } = [];

        public bool IsGrouped => Distribution is not null || Client is not null;

        public ClusterPolicy Policy => Places.Policy(
            Distribution is null ? null : Distribute("*", [.. Distribution.Zip(Weights)]), ClientAt(Client), Outliers with { MinHealthPercent = Threshold });
    }
}
