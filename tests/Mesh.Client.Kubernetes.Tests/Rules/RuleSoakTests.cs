using System.Collections.Concurrent;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Rules;

/// <summary>Rules that change without end, streams that break, and an API server that goes away now and then: calls go on, and the process holds what it held.</summary>
[Trait("Category", "Soak")]
public sealed class RuleSoakTests(ITestOutputHelper output)
{
    private const string Space = "default";
    private const int Writers = 8;
    private const int Rules = 6 * Writers;
    private const int Phases = 5;
    private const int ChangesInPhase = 3_000;

    /// <summary>The smallest object there is.</summary>
    private const int LeastObject = 24;

    private static readonly TimeSpan Phase = TimeSpan.FromMinutes(2);

    private int _changes;
    private int _round;

    [KubeFact]
    public async Task Ten_minutes_of_changes_and_outages_leave_nothing_behind_and_no_call_fails()
    {
        var unobserved = new ConcurrentQueue<string>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception.ToString());
        TaskScheduler.UnobservedTaskException += Note;
        await using var api = await KubeServer.StartAsync(["istio"]);
        await using var network = new CuttingProxy(api.Address);
        try
        {
            await RuleMesh.CreateAsync(api, Space, "still", "still.test", 418);
            await Task.WhenAll(Enumerable.Range(0, Rules).Select(index => RuleMesh.CreateAsync(api, Space, $"rule-{index}", $"host-{index}.test", 400)));
            var kubeConfig = api.File("through.kubeconfig");
            await File.WriteAllTextAsync(kubeConfig, KubeConfigs.For(network.Address, api.File("ca.crt"), $"token: {await File.ReadAllTextAsync(api.File("admin.token"))}"));
            await using var mesh = await RuleMesh.StartAsync(kubeConfig, Space);

            // What the process makes once and keeps.
            await RunAsync(api, network, mesh, TimeSpan.FromSeconds(20));
            var counts = new List<Holdings> { await CountAsync(mesh) };
            output.WriteLine($"before: {counts[0]}");
            for (var phase = 0; phase < Phases; phase++)
            {
                await RunAsync(api, network, mesh, Phase);
                counts.Add(await CountAsync(mesh));
                output.WriteLine($"after {_changes} changes, rules version {mesh.Mesh.RulesVersion}: {counts[^1]}");
            }

            // What each change keeps is kept in every phase; what else the process learns and caches is not.
            Assert.InRange(_changes, ChangesInPhase, int.MaxValue);
            Assert.InRange(counts.Zip(counts.Skip(1)).Min(pair => pair.Second.Bytes - pair.First.Bytes), long.MinValue, ((long)_changes / Phases * LeastObject) - 1);
            Assert.InRange(counts.Zip(counts.Skip(1)).Min(pair => pair.Second.Timers - pair.First.Timers), long.MinValue, 0);
            Assert.InRange(counts.Zip(counts.Skip(1)).Min(pair => pair.Second.Handles - pair.First.Handles), long.MinValue, 0);
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    /// <summary>Changes as fast as the server takes them, a broken network each few seconds, and a dead server at the end.</summary>
    private async Task RunAsync(KubeServer api, CuttingProxy network, RuleMesh mesh, TimeSpan time)
    {
        using var stop = new CancellationTokenSource(time);
        var round = Interlocked.Increment(ref _round);
        var calls = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal(418, await mesh.CallAsync("still.test"));
                await Task.Delay(5);
            }
        });
        var breaks = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(7));
                network.Break();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var change = 0; !stop.IsCancellationRequested; change++)
            {
                // Each has rules of its own.
                var rule = (writer + (change * Writers)) % Rules;
                var name = $"rule-{rule}";
                if (change % 10 == 3)
                {
                    await api.Api.DeleteAsync(RuleMesh.Path(Space, name));
                    await RuleMesh.CreateAsync(api, Space, name, $"host-{rule}.test", 400);
                }
                else
                {
                    // One in twenty cannot be used.
                    await api.Api.PatchAsync(RuleMesh.Path(Space, name), RuleMesh.Answer(change % 20 == 7 ? 9999 : 400 + (change % 50)));
                }

                Interlocked.Increment(ref _changes);
            }
        }));
        await Task.WhenAll(calls, breaks);
        await api.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await api.RestartAsync();

        // All that was said meanwhile has arrived when the last word has.
        await api.Api.PatchAsync(RuleMesh.Path(Space, "rule-0"), RuleMesh.Answer(500 + (round % 50)));
        await mesh.UntilAsync("host-0.test", 500 + (round % 50), TimeSpan.FromMinutes(2));
    }

    private static Task<Holdings> CountAsync(RuleMesh mesh)
    {
        mesh.Log.Clear();
        return Holdings.CountAsync();
    }
}
