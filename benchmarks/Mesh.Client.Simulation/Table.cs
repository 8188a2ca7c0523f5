using System.Globalization;

namespace Mesh.Client.Simulation;

/// <summary>Results as Markdown: means over the seeds with the half width of their 95 % confidence intervals.</summary>
internal static class Table
{
    /// <summary>Student's t for 95 %, two-sided, by degrees of freedom from 1.</summary>
    private static readonly double[] StudentT = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];

    public static string Head(Scenario scenario)
    {
        var watched = scenario.Watched < 0 ? ("", "") : (" its share, % |", "---|");
        return $"""
            **{scenario.Name}**

            | policy | p50, ms | p99, ms | p99.9, ms | max/mean load | failed, % |{watched.Item1}
            |---|---|---|---|---|---|{watched.Item2}
            """;
    }

    public static string Row(Policy policy, Scenario scenario, IReadOnlyList<SimulationResult> results)
    {
        var row = $"| {policy.Name} | {Of(result => result.P50)} | {Of(result => result.P99)} | {Of(result => result.P999)} | {Of(result => result.MaxToMean, 2)} | {Of(result => result.FailedPercent, 3)} |";
        return scenario.Watched < 0 ? row : $"{row} {Of(result => result.WatchedPercent, 3)} |";

        string Of(Func<SimulationResult, double> value, int digits = 1) => Interval([.. results.Select(value)], digits);
    }

    private static string Interval(double[] values, int digits)
    {
        var mean = values.Average();
        var text = mean.ToString($"F{digits}", CultureInfo.InvariantCulture);
        if (values.Length < 2)
        {
            return text;
        }

        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        var half = StudentT[Math.Min(values.Length - 2, StudentT.Length - 1)] * deviation / Math.Sqrt(values.Length);
        return $"{text} ± {half.ToString($"F{digits}", CultureInfo.InvariantCulture)}";
    }
}
