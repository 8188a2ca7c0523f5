using System.Diagnostics;
using System.Globalization;
using Mesh.Client.Benchmarks.Rules;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>A thousand VirtualServices that follow each other as after edits: merged, compiled and handed to the owner of the clusters. With
/// patterns never seen before, and again with the same ones.</summary>
internal static class CompilePart
{
    private const int Services = 1_000;
    private const int RulesEach = 10;

    /// <summary>Until the code has its final form; a process that has just started takes a few times as long.</summary>
    private const int WarmUpRounds = 20;

    public static Task RunAsync(int rounds)
    {
        Report.Title("compile", $"{Services:N0} VirtualServices with {RulesEach} rules each, shapes as in Bookinfo");
        using var clusters = new ClusterManager(TimeProvider.System, MeshRandom.Unseeded, NullLoggerFactory.Instance);
        var live = MeshSnapshot.Empty;
        var (read, first, again, build) = (new double[rounds], new double[rounds], new double[rounds], new double[rounds]);
        for (var round = -WarmUpRounds; round < rounds; round++)
        {
            var salt = string.Create(CultureInfo.InvariantCulture, $"r{round + WarmUpRounds}x");
            var text = RuleText.ManyServices(Services, RulesEach, (service, number) => RuleText.BookinfoRule(salt, service, number));
            var (document, reading) = Time(() => RuleLoading.Read(text));
            (live, var compiling) = Time(() => GoLive(document));
            var patterns = live.Patterns.Values.ToArray();
            var (_, building) = Time(() => patterns.Count(pattern => pattern.IsMatch("something else")));
            (live, var repeating) = Time(() => GoLive(document));
            if (round >= 0)
            {
                (read[round], first[round], again[round]) = (reading, compiling, repeating);
                build[round] = building * 1_000 / patterns.Length;
            }
        }

        Report.Guide("read and check the text", Spread.Of(read), "ms", "0.0", "none (measured apart)");
        Report.Guide("parsed rules to a live snapshot, new patterns", Spread.Of(first), "ms", "0.0", "50 ms");
        Report.Guide("parsed rules to a live snapshot, patterns known", Spread.Of(again), "ms", "0.0", "50 ms");
        Report.Guide("first use of a pattern, mean of 4,000", Spread.Of(build), "us", "0.0", "none");
        return Task.CompletedTask;

        MeshSnapshot GoLive(Configuration.LoadedDocument document)
        {
            var snapshot = RuleLoading.Compile(document, live);
            clusters.Apply(snapshot);
            return snapshot;
        }
    }

    private static (T Result, double Milliseconds) Time<T>(Func<T> work)
    {
        var start = Stopwatch.GetTimestamp();
        var result = work();
        return (result, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
