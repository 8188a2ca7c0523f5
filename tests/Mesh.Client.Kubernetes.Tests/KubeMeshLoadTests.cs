using System.Diagnostics;
using System.Globalization;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Tests.Rules;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests;

/// <summary>Calls that need rules and endpoints while a thousand changes of them arrive each second.</summary>
public sealed class KubeMeshLoadTests(ITestOutputHelper output)
{
    private const string Space = "default";

    /// <summary>Slices of the one service, and as many rules.</summary>
    private const int Objects = 10;

    /// <summary>The same at a real server, where each object has a writer of its own.</summary>
    private const int Written = 24;

    private const int Rate = 1000;

    /// <summary>The smallest object there is.</summary>
    private const int LeastObject = 24;

    /// <summary>As in <c>KubernetesEndpointSource</c>.</summary>
    private static readonly TimeSpan BetweenSets = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Thousand_events_a_second_all_arrive_in_few_updates_and_cost_no_call()
    {
        await using var pods = await PodServer.StartAsync();
        using var api = new EventApi();
        await using var mesh = await StartAsync(api, pods);

        await FloodAsync(api, pods, mesh, TimeSpan.FromSeconds(3));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task Thousand_events_a_second_for_ten_seconds_and_again_leave_nothing_behind()
    {
        await using var pods = await PodServer.StartAsync();
        using var api = new EventApi();
        await using var mesh = await StartAsync(api, pods);
        await FloodAsync(api, pods, mesh, TimeSpan.FromSeconds(5));
        var counts = new List<Holdings> { await CountAsync(mesh) };
        for (var phase = 0; phase < 4; phase++)
        {
            await FloodAsync(api, pods, mesh, TimeSpan.FromSeconds(10));
            counts.Add(await CountAsync(mesh));
            output.WriteLine($"after {api.Changes} changes: {counts[^1]}");
        }

        // What each event keeps is kept in every phase; what else the process learns and caches is not.
        Assert.InRange(counts.Zip(counts.Skip(1)).Min(pair => pair.Second.Bytes - pair.First.Bytes), long.MinValue, (10 * Rate * LeastObject) - 1);
        Assert.InRange(counts.Zip(counts.Skip(1)).Min(pair => pair.Second.Timers - pair.First.Timers), long.MinValue, 0);
        Assert.InRange(counts.Zip(counts.Skip(1)).Min(pair => pair.Second.Handles - pair.First.Handles), long.MinValue, 0);
    }

    /// <summary>By a real server; how many it takes in a second depends on the machine, and is told.</summary>
    [KubeFact]
    [Trait("Category", "Soak")]
    public async Task Ten_seconds_of_changes_at_a_real_server_all_arrive_and_cost_no_call()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices", "istio"]);
        var reviews = await ReviewsAtKube.CreateAsync(api, Space, pods);
        await Task.WhenAll(Enumerable.Range(0, Written).Select(index => RuleMesh.CreateAsync(api, Space, $"probe-{index}", $"probe-{index}.test", 400)));
        await Task.WhenAll(Enumerable.Range(0, Written).Select(index => reviews.Objects.AddSliceAsync($"more-{index}", "reviews", pods.Port, KubeObjects.Endpoint(1))));
        await using var mesh = await reviews.CallerAsync(api.KubeConfig);
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await using var ruled = Calls.Start(mesh, "http://still.test/", 418);
        var version = mesh.Mesh.RulesVersion;
        var start = Stopwatch.GetTimestamp();
        var sent = 0;

        // Each object has a writer of its own, which is held to its part of the rate where the server takes so much.
        var writers = Enumerable.Range(0, 2 * Written).Select(async writer =>
        {
            var last = 0;
            for (var round = 1; Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10); round++)
            {
                var index = writer / 2;
                await (writer % 2 == 0
                    ? api.Api.PatchAsync(RuleMesh.Path(Space, $"probe-{index}"), RuleMesh.Answer(400 + (round % 100)))
                    : reviews.Objects.ChangeSliceAsync($"more-{index}", KubeObjects.Endpoint(1 + (round % 4))));
                last = round;
                Interlocked.Increment(ref sent);
                var due = TimeSpan.FromSeconds(round * 2.0 * Written / Rate) - Stopwatch.GetElapsedTime(start);
                await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
            }

            return last;
        });
        var rounds = await Task.WhenAll(writers);
        var elapsed = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"{sent} changes in {elapsed.TotalSeconds:0.0} s, {sent / elapsed.TotalSeconds:0} a second; {mesh.Mesh.RulesVersion - version} updates of the rules, {calls.Count} calls.");

        for (var index = 0; index < Written; index++)
        {
            var status = (400 + (rounds[2 * index] % 100)).ToString(CultureInfo.InvariantCulture);
            await Eventually.TrueAsync(async () => await mesh.CallAsync($"http://probe-{index}.test/") == status);
        }

        var expected = Enumerable.Range(0, Written).Select(index => 1 + (rounds[(2 * index) + 1] % 4)).Append(1).Append(2).Distinct().Order();
        await ReviewsAtKube.HasAsync(mesh, [.. expected]);
        Assert.Empty(await calls.StopAsync());
        Assert.Empty(await ruled.StopAsync());
    }

    /// <summary>Half of the events change endpoints, half rules.</summary>
    private async Task FloodAsync(EventApi api, PodServer pods, KubeMesh mesh, TimeSpan time)
    {
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await using var ruled = Calls.Start(mesh, "http://still.test/", 418);
        using var stop = new CancellationTokenSource();
        var sets = CountSetsAsync(mesh, stop.Token);
        var (changes, version, start) = (api.Changes, mesh.Mesh.RulesVersion, Stopwatch.GetTimestamp());
        var (count, most) = ((int)(Rate * time.TotalSeconds), 0L);
        for (var sent = 0; sent < count;)
        {
            var due = Math.Min(count, (int)(Rate * Stopwatch.GetElapsedTime(start).TotalSeconds));
            for (; sent < due; sent++)
            {
                Change(api, pods, sent, count);
            }

            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            await Task.Delay(5);
        }

        // All that was said was read, and what was said last holds.
        await Eventually.TrueAsync(() => api.Unread == 0);
        await ReviewsAtKube.HasAsync(mesh, 1, 2, 3);
        for (var index = 0; index < Objects; index++)
        {
            await Eventually.TrueAsync(async () => await mesh.CallAsync($"http://probe-{index}.test/") == "499");
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        await stop.CancelAsync();
        output.WriteLine(
            $"{api.Changes - changes} changes in {elapsed.TotalSeconds:0.0} s: {mesh.Mesh.RulesVersion - version} updates of the rules, {await sets} of the endpoints; {calls.Count + ruled.Count} calls; at most {most:N0} bytes.");
        Assert.Equal(count, api.Changes - changes);
        Assert.InRange(mesh.Mesh.RulesVersion - version, 1, 2 + (long)(elapsed / RuleSignal.Gap));
        Assert.InRange(await sets, 1, 2 + (int)(elapsed / BetweenSets));
        Assert.Empty(await calls.StopAsync());
        Assert.Empty(await ruled.StopAsync());
        Assert.Empty(mesh.Log.Complaints);
    }

    /// <summary>The last change of each object is the same, whatever the ones before it were.</summary>
    private static void Change(EventApi api, PodServer pods, int sent, int count)
    {
        var (index, isLast) = (sent / 2 % Objects, count - sent <= 2 * Objects);
        if (sent % 2 == 0)
        {
            PutRule(api, $"probe-{index}", isLast ? 499 : 400 + (sent % 99));
        }
        else
        {
            PutSlice(api, pods, index, isLast ? 1 + (index % 3) : 1 + (sent / (2 * Objects) % 4));
        }
    }

    private static async Task<int> CountSetsAsync(KubeMesh mesh, CancellationToken stop)
    {
        var count = 0;
        try
        {
            var source = mesh.Get<IMeshEndpointSource>();
            await foreach (var set in source.WatchAsync(new MeshEndpointQuery("reviews", "reviews.default.svc.cluster.local", Space, []), stop))
            {
                count++;
            }
        }
        catch (OperationCanceledException)
        {
            // Counted.
        }

        return count;
    }

    private static async Task<KubeMesh> StartAsync(EventApi api, PodServer pods)
    {
        api.PutService("reviews", Space);
        for (var pod = 1; pod <= 4; pod++)
        {
            api.Put("pods", Space, $"pod-{pod}", "", """{"app":"reviews","version":"v1"}""");
        }

        for (var index = 0; index < Objects; index++)
        {
            PutSlice(api, pods, index, 1 + (index % 3));
            PutRule(api, $"probe-{index}", 499);
        }

        PutRule(api, "still", 418);
        api.Put("destinationrules", Space, "reviews", """
            ,"apiVersion":"networking.istio.io/v1","kind":"DestinationRule","spec":{"host":"reviews","subsets":[{"name":"v1","labels":{"version":"v1"}}]}
            """);
        api.Put("virtualservices", Space, "reviews", """
            ,"apiVersion":"networking.istio.io/v1","kind":"VirtualService",
            "spec":{"hosts":["reviews"],"http":[{"route":[{"destination":{"host":"reviews","subset":"v1","port":{"number":80}}}]}]}
            """);
        var mesh = new KubeMesh(
            EventApi.KubeConfig,
            Space,
            configure: options =>
            {
                (options.Rules, options.RootNamespace) = (true, null);
                options.Namespaces.Add(Space);
            },
            connect: _ => api);
        await mesh.KnowAsync("http://reviews/");
        await ReviewsAtKube.HasAsync(mesh, 1, 2, 3);
        mesh.Log.Clear();
        return mesh;
    }

    private static void PutRule(EventApi api, string name, int status) => api.Put("virtualservices", Space, name, string.Create(CultureInfo.InvariantCulture, $$"""
        ,"apiVersion":"networking.istio.io/v1","kind":"VirtualService","spec":{"hosts":["{{name}}.test"],"http":[{"directResponse":{"status":{{status}} } } ] }
        """));

    private static void PutSlice(EventApi api, PodServer pods, int index, int pod) => api.PutSlice($"reviews-{index}", "reviews", Space, pods.Port, pod);

    private static Task<Holdings> CountAsync(KubeMesh mesh)
    {
        mesh.Log.Clear();
        return Holdings.CountAsync();
    }
}
