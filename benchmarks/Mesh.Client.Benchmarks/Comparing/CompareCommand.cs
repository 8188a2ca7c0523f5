using System.Globalization;
using System.Runtime.InteropServices;
using Mesh.Client.Benchmarks.Comparing.Brownout;
using Mesh.Client.Benchmarks.Comparing.Hedging;
using Mesh.Client.Benchmarks.Comparing.Parts;
using Mesh.Client.Benchmarks.Comparing.Skew;

namespace Mesh.Client.Benchmarks.Comparing;

/// <summary><c>compare</c>: every budget of the design, each as a ratio between things measured by turns in this one run.</summary>
internal static class CompareCommand
{
    private const int DefaultRounds = 11;

    private const string Skew = "skew";
    private const string Brownout = "brownout";
    private const string Hedging = "hedging";

    /// <summary>Take minutes each, and run only where they are named.</summary>
    private static readonly string[] Long = [Skew, Brownout, Hedging];

    private static readonly (string Name, Func<Alternation, int, Task> RunAsync)[] Parts =
    [
        ("loopback", (alternation, _) => LoopbackPart.RunAsync(alternation)),
        ("memory", (alternation, _) => InMemoryPart.RunAsync(alternation)),
        ("polly", (alternation, _) => PollyPart.RunAsync(alternation)),
        ("listened", (alternation, _) => ListenedPart.RunAsync(alternation)),
        ("decision", (alternation, _) => DecisionPart.RunAsync(alternation)),
        ("picks", (alternation, _) => PicksPart.RunAsync(alternation)),
        ("hashing", HashingPart.RunAsync),
        ("throughput", (alternation, _) => ThroughputPart.RunAsync(alternation)),
        ("compile", (_, rounds) => CompilePart.RunAsync(rounds)),
        ("membership", (_, rounds) => MembershipPart.RunAsync(rounds)),
        ("slices", (_, rounds) => SlicesPart.RunAsync(rounds)),
        ("footprint", (_, rounds) => FootprintPart.RunAsync(rounds)),
        ("allocations", (alternation, _) => AllocationsPart.RunAsync(alternation)),
        (Skew, (_, rounds) => SkewPart.RunAsync(rounds)),
        (Brownout, (_, _) => BrownoutPart.RunAsync()),
        (Hedging, (_, rounds) => HedgingPart.RunAsync(rounds)),
    ];

    public static string PartNames => string.Join(',', Parts.Select(part => part.Name));

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = DefaultRounds;
        var only = Parts.Select(part => part.Name).Where(name => !Long.Contains(name)).ToArray();
        for (var index = 0; index < options.Length; index += 2)
        {
            var value = index + 1 < options.Length ? options[index + 1] : "";
            switch (options[index])
            {
                case "--rounds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out rounds) && rounds > 0:
                    break;
                case "--only" when value.Split(',').All(name => Parts.Any(part => part.Name == name)):
                    only = value.Split(',');
                    break;
                default:
                    Console.Error.WriteLine($"Cannot read {options[index]} {value}. Allowed: --rounds N, --only with some of {PartNames}.");
                    return 2;
            }
        }

        Console.WriteLine(
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {rounds} rounds");
        Console.WriteLine("Figures are medians over the rounds (lowest..highest); x is the ratio to the first row.");
        var failed = false;
        foreach (var (name, runAsync) in Parts)
        {
            if (!only.Contains(name))
            {
                continue;
            }

            try
            {
                await runAsync(new Alternation(rounds), rounds);
            }
            catch (Exception exception)
            {
                // One part that cannot run must not hide the figures of the others.
                failed = true;
                Console.WriteLine();
                Console.WriteLine($"{name} FAILED: {exception}");
            }
        }

        return failed ? 1 : 0;
    }
}
