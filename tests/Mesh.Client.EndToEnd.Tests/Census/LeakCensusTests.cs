using System.Collections.Concurrent;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Census;

/// <summary>After calls that ended in every way, real servers on the other side, the process holds what it held before.</summary>
[Trait("Category", "Soak")]
public sealed class LeakCensusTests(ITestOutputHelper output)
{
    private const int Servers = 3;
    private const int Phases = 4;
    private const int Rounds = 1_500;
    private const int RoundsToWarmUp = 300;

    /// <summary>The smallest object there is.</summary>
    private const int LeastObject = 24;

    [Fact(Skip = Holdings.NeedsProc, SkipType = typeof(Holdings), SkipUnless = nameof(Holdings.HasProc))]
    public async Task Calls_that_end_in_every_way_leave_nothing_behind()
    {
        var unobserved = new ConcurrentQueue<string>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception.ToString());
        TaskScheduler.UnobservedTaskException += Note;
        var servers = await Task.WhenAll(Enumerable.Range(0, Servers).Select(_ => TestServiceProcess.StartAsync()));
        try
        {
            // What a process makes once and keeps: threads, caches, the handles of its socket engine.
            await using (var first = new CensusMesh(servers))
            {
                await first.RunAsync(RoundsToWarmUp);
            }

            var before = await Holdings.CountAsync();
            output.WriteLine($"before: {before}");
            await using (var mesh = new CensusMesh(servers))
            {
                await mesh.RunAsync(RoundsToWarmUp);
                var counts = new List<Holdings> { await Holdings.CountAsync() };
                for (var phase = 0; phase < Phases; phase++)
                {
                    await mesh.RunAsync(Rounds);
                    counts.Add(await Holdings.CountAsync());
                    output.WriteLine($"after {mesh.Load.Calls} calls and {mesh.Changes} changes of the endpoints: {counts[^1]}");
                }

                foreach (var kind in mesh.Load.Kinds)
                {
                    output.WriteLine($"  {kind}: {string.Join(", ", mesh.Load.EndsOf(kind).Select(end => $"{end.Key} {end.Value}"))}");
                }

                // What each call of one kind keeps is kept in every phase; what else the process learns and caches is not. It has more objects by as many
                // as there were calls of one kind, and more timers by as many as there were changes of the endpoints.
                var phases = counts.Zip(counts.Skip(1)).ToList();
                Assert.InRange(phases.Min(phase => phase.Second.Bytes - phase.First.Bytes), long.MinValue, (Rounds * LeastObject) - 1);
                Assert.InRange(phases.Min(phase => phase.Second.Timers - phase.First.Timers), long.MinValue, (mesh.Changes / (Phases + 1)) - 1);
                Assert.InRange(counts[^1].Sockets, 0, before.Sockets + mesh.MostSockets);
            }

            var after = before;
            await Eventually.TrueAsync(
                async () =>
                {
                    after = await Holdings.CountAsync();
                    return after.Timers <= before.Timers && after.Sockets <= before.Sockets && after.Handles <= before.Handles;
                },
                TimeSpan.FromSeconds(30),
                $"the mesh to give all back; before it {before}");
            output.WriteLine($"when the mesh has gone: {after}");
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }
}
