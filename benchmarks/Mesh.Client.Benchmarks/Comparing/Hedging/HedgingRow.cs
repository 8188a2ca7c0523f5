using Mesh.Client.Benchmarks.Comparing.Skew;

namespace Mesh.Client.Benchmarks.Comparing.Hedging;

/// <summary>The figures of one contender, one per round.</summary>
internal sealed class HedgingRow(string name, int rounds)
{
    private static readonly (string Heading, string Format)[] Columns =
    [
        ("p50, ms", "0.0"), ("p95, ms", "0"), ("p99, ms", "0"), ("p99.9, ms", "0"), ("slowest, ms", "0"), ("failed, %", "0.00"), ("more load, %", "0.0"),
    ];

    private readonly double[][] _figures = [.. Columns.Select(_ => new double[rounds])];

    public static void Print(IEnumerable<HedgingRow> rows)
    {
        Report.Line(string.Concat(["".PadRight(28), .. Columns.Select(column => column.Heading.PadLeft(22))]));
        foreach (var row in rows)
        {
            Report.Line(row.Line());
        }
    }

    /// <param name="round">From 0.</param>
    /// <param name="outcome">Of the calls.</param>
    /// <param name="sent">What the servers got of them.</param>
    public void Add(int round, LoadOutcome outcome, int sent)
    {
        double[] figures =
        [
            outcome.Percentile(0.5), outcome.Percentile(0.95), outcome.Percentile(0.99), outcome.Percentile(0.999), outcome.Percentile(1),
            outcome.FailedPercent, 100.0 * (sent - outcome.Calls) / outcome.Calls,
        ];
        for (var column = 0; column < figures.Length; column++)
        {
            _figures[column][round] = figures[column];
        }
    }

    private string Line()
        => string.Concat([name.PadRight(28), .. _figures.Select((figures, column) => Spread.Of(figures).Format(Columns[column].Format).PadLeft(22))]);
}
