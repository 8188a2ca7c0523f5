using System.Diagnostics;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>One endpoint joins or leaves a large service: what it takes from the source's new answer to the set that picks read, and what calls
/// notice of it.</summary>
internal static class MembershipPart
{
    // The most that the mesh takes of one service, after the joining.
    private const int Endpoints = 9_999;

    /// <summary>Until the code has its final form.</summary>
    private const int WarmUpChanges = 100;

    /// <summary>The same where each change builds tables.</summary>
    private const int WarmUpTables = 10;

    private const string Services =
        """ "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http" } ], "Discovery": "ServiceDiscovery" } } """;

    private const string Rules = "{" + Services + "}";

    private const string HashingRules = "{" + Services + """
        , "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "consistentHash": { "httpHeaderName": "x-user" } } } } } }
        """;

    private static readonly string[] Zones = ["eu/eu-1", "eu/eu-2", "us/us-1"];

    private static readonly Uri Address = new("http://reviews/reviews/0");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int rounds)
    {
        Report.Title("membership", $"one endpoint joins {Endpoints:N0} or leaves them again, in the middle of the list");
        MeasureChanges("endpoints as before are the same objects (static)", rounds, isAnew: false, ClusterPolicy.Default, null);
        MeasureChanges("endpoints as before are named anew (DNS, providers)", rounds, isAnew: true, ClusterPolicy.Default, null);
        MeasureChanges("three localities with failover, static", rounds, isAnew: false, Localities(), Zones);
        MeasureChanges("three localities with failover, anew", rounds, isAnew: true, Localities(), Zones);
        MeasureChanges("warming up, static", rounds, isAnew: false, ClusterPolicy.Default with { Warmup = new() { Duration = TimeSpan.FromMinutes(1) } }, null);
        MeasureChanges("ring hash, static", rounds, isAnew: false, Hashing(LoadBalancerPolicy.RingHash, ConsistentHashConfiguration.DefaultRingSize), null);
        MeasureChanges("Maglev, static", rounds, isAnew: false, Hashing(LoadBalancerPolicy.Maglev, ConsistentHashConfiguration.DefaultTableSize), null);
        await MeasureCallsAsync("the default policy", Rules, rounds);
        await MeasureCallsAsync("ring hash", HashingRules, rounds);
    }

    private static ClusterPolicy Localities()
    {
        var outliers = new OutlierDetectionConfiguration();
        return ClusterPolicy.Default with
        {
            OutlierDetection = outliers,
            Locality = LocalityPolicy.Create(written: null, hasOutlierDetection: true, new() { Locality = Zones[0] }),
        };
    }

    private static ClusterPolicy Hashing(LoadBalancerPolicy policy, int size) => ClusterPolicy.Default with
    {
        LoadBalancer = policy,
        ConsistentHash = new() { Key = HashKeyKind.Header, Name = "x-user", Size = size },
    };

    /// <summary>From the answer to the published set, on the thread that brings it; and where there are tables, from there to the new one.</summary>
    /// <param name="name">As printed.</param>
    /// <param name="rounds">Changes that are measured.</param>
    /// <param name="isAnew">The source names all endpoints anew each time.</param>
    /// <param name="policy">Of the cluster.</param>
    /// <param name="zones">Where endpoints stand, by turns; null: nowhere.</param>
    private static void MeasureChanges(string name, int rounds, bool isAnew, ClusterPolicy policy, string[]? zones)
    {
        var service = Service([]);
        ClusterMembership? membership = null;
        using var watcher = new EndpointWatcher(
            service, _ => new StaticEndpointSource(), new RefreshSchedule(MeshRandom.Unseeded), TimeProvider.System, NullLogger.Instance, _ => membership?.Update());
        var model = new ClusterModel { Key = new("reviews", 80, null), Service = service, Policy = policy };
        var balancer = Balancer.Create(policy, MeshRandom.Unseeded, new ActiveClock(TimeProvider.System));
        var cluster = new ClusterState(model.Key, model) { Balancer = balancer };
        var updates = new BalancerUpdates(cluster, TimeProvider.System, null);
        cluster.Listener = updates;
        membership = new ClusterMembership(cluster, watcher, TimeProvider.System);
        var endpoints = Make(Endpoints + 1);
        Answer(endpoints.Count);
        var hasTables = policy.ConsistentHash is not null;
        var (join, leave, table) = (new double[rounds], new double[rounds], new double[rounds]);
        for (var change = hasTables ? -WarmUpTables : -WarmUpChanges; change < rounds; change++)
        {
            var left = Answer(Endpoints);
            _ = AwaitTable();
            var joined = Answer(Endpoints + 1);
            var built = AwaitTable();
            if (change >= 0)
            {
                (leave[change], join[change], table[change]) = (left, joined, built);
            }
        }

        updates.Stop();

        Report.Guide($"joining, {name}", Spread.Of(join), "ms", "0.00", "1 ms");
        Report.Guide($"leaving, {name}", Spread.Of(leave), "ms", "0.00", "1 ms");
        if (hasTables)
        {
            Report.Guide(
                $"the new table, {name}, from the published set", Spread.Of(table), "ms", "0.0",
                $"{BalancerUpdates.Pause.TotalMilliseconds} ms pause + 50 ms, in the background");
        }

        double Answer(int count)
        {
            var all = isAnew ? Make(Endpoints + 1) : endpoints;
            var next = Service(count > Endpoints ? all : [.. all.Take(Endpoints / 2), .. all.Skip((Endpoints / 2) + 1)]);

            // A source that knows its answer is asked on the thread that asks.
            var start = Stopwatch.GetTimestamp();
            watcher.Update(next);
            var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            return membership.Cluster.Endpoints.All.Length == count
                ? elapsed
                : throw new InvalidOperationException($"{membership.Cluster.Endpoints.All.Length:N0} endpoints are published, not {count:N0}.");
        }

        double AwaitTable()
        {
            var start = Stopwatch.GetTimestamp();
            while (!balancer.IsComplete(cluster.Endpoints))
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                {
                    throw new TimeoutException($"The table was not built within {Patience.TotalSeconds} s.");
                }

                Thread.Sleep(1);
            }

            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        static ServiceModel Service(IReadOnlyList<Endpoint> endpoints) => new()
        {
            Name = "reviews",
            ShortName = "reviews",
            Namespace = "default",
            Discovery = DiscoveryKind.Static,
            DiscoveryName = "reviews",
            ReceivesContext = true,
            Endpoints = endpoints,
        };

        List<Endpoint> Make(int count)
            => [.. Enumerable.Range(0, count).Select(index => Decider.MakeEndpoint(index).Endpoint with { Locality = zones?[index % zones.Length] })];
    }

    /// <summary>Through the whole mesh and a ServiceDiscovery provider, which lists all of them anew at each change.</summary>
    private static async Task MeasureCallsAsync(string name, string rules, int rounds)
    {
        var provider = new SwitchableProvider(Endpoints);
        var rulesFile = Path.Combine(Path.GetTempPath(), $"mesh-benchmark-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(rulesFile, $$"""{ "Mesh": {{rules}} }""");
        var collection = new ServiceCollection();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonFile(rulesFile).Build());
        collection.AddServiceDiscoveryCore();
        collection.AddSingleton<IServiceEndpointProviderFactory>(provider);
        collection.AddHttpClient("benchmark").RemoveAllLoggers().ConfigurePrimaryHttpMessageHandler(() => new StubHandler(isAsynchronous: true));
        collection.AddMeshClient();
        await using var services = collection.BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("benchmark");
        var mesh = services.GetRequiredService<IMesh>();
        try
        {
            await CallAsync(client);
            await SeeAsync(mesh, Endpoints);
            var (quiet, churning) = (new double[rounds], new double[rounds]);
            for (var round = -3; round < rounds; round++)
            {
                var calm = await SlowestAsync(client, () => { });
                var busy = await SlowestAsync(client, () => provider.Switch(Endpoints + 1));
                await SeeAsync(mesh, Endpoints + 1);
                provider.Switch(Endpoints);
                await SeeAsync(mesh, Endpoints);
                if (round >= 0)
                {
                    (quiet[round], churning[round]) = (calm, busy);
                }
            }

            Report.Guide($"99th percentile of 2,000 calls, {name}, nothing changing", Spread.Of(quiet), "us", "0.0", "none");
            Report.Guide($"99th percentile of 2,000 calls, {name}, one joining", Spread.Of(churning), "us", "0.0", "as with nothing changing");
        }
        finally
        {
            File.Delete(rulesFile);
        }
    }

    private static async Task CallAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address) { Headers = { { "x-user", "jason" } } };
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<double> SlowestAsync(HttpClient client, Action change)
    {
        const int calls = 2_000;
        var times = new double[calls];
        for (var call = 0; call < calls; call++)
        {
            if (call == calls / 10)
            {
                _ = Task.Run(change);
            }

            var start = Stopwatch.GetTimestamp();
            await CallAsync(client);
            times[call] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        return times[calls * 99 / 100];
    }

    private static async Task SeeAsync(IMesh mesh, int endpoints)
    {
        var start = Stopwatch.GetTimestamp();
        while (mesh.GetClusters().Single(cluster => cluster.Subset is null).Endpoints.Count != endpoints)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"The mesh did not see {endpoints:N0} endpoints within {Patience.TotalSeconds} s.");
            }

            await Task.Yield();
        }
    }
}
