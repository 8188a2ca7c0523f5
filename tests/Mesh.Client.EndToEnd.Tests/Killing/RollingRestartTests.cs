using System.Diagnostics;
using Bookinfo.Launching;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;

namespace Mesh.Client.EndToEnd.Tests.Killing;

/// <summary>Three processes of one version, no rules, under a load that never pauses: one after the other is killed and started again.</summary>
[Trait("Category", "Soak")]
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Callers = 8;

    /// <summary>Answered between a restart and the next kill, so that the new process has connections that can break, and answered by the two others
    /// while one is gone.</summary>
    private const int CallsBetween = 200;

    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Rolling_restart_of_three_replicas_fails_no_call_that_may_be_repeated()
    {
        using var told = new StringWriter();
        using var folder = new BookinfoFolder();
        var options = new BookinfoOptions
        {
            BasePort = 0,
            ContentRoot = folder.Path,
            Output = new PlainOutput(TextWriter.Synchronized(told)),
            Instances = [("reviews", "v1"), ("reviews", "v1"), ("reviews", "v1")],
        };
        await using var bookinfo = await BookinfoLauncher.StartAsync(options, TestContext.Current.CancellationToken);
        var replicas = bookinfo.Services;
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Configuration = new ConfigurationBuilder().AddJsonFile(bookinfo.ServicesFilePath!).Build(),
        });
        using var meshed = new HttpClient(handler, disposeHandler: false);
        await using var load = new SteadyLoad(meshed, new Uri("http://reviews:9080/reviews/0"), Callers);
        await load.AnswersAsync(CallsBetween);

        var (start, kills) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(start) < Duration)
        {
            var victim = replicas[kills % replicas.Count];
            foreach (var other in replicas.Where(replica => replica != victim))
            {
                Assert.True(await HealthProbe.WaitAsync(other.Address, () => other.IsRunning, TestContext.Current.CancellationToken), told.ToString());
            }

            await victim.KillAsync();
            kills++;
            await load.AnswersAsync(CallsBetween);
            await victim.StartAsync(TestContext.Current.CancellationToken);
            await load.AnswersAsync(CallsBetween);
        }

        await load.StopAsync();
        output.WriteLine($"{kills} kills within {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s: {load}");
        if (!load.Failures.IsEmpty)
        {
            output.WriteLine(told.ToString());
        }

        Assert.True(load.Failures.IsEmpty, string.Join('\n', load.Failures.Take(20)));
        Assert.True(load.Repeated > 0, "No call was ever repeated: the kills met nobody.");
    }
}
