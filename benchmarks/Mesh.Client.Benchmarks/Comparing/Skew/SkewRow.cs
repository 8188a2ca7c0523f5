namespace Mesh.Client.Benchmarks.Comparing.Skew;

/// <summary>The figures of one contender, one per round.</summary>
internal sealed class SkewRow(string name, int rounds)
{
    private static readonly (string Heading, string Format)[] Columns =
    [
        ("p50, ms", "0.0"), ("p99, ms", "0"), ("p99.9, ms", "0"), ("failed, %", "0.00"), ("calls of a slow server, %", "0.0"), ("answers/s", "#,0"),
    ];

    private readonly double[][] _figures = [.. Columns.Select(_ => new double[rounds])];

    public static void Print(IEnumerable<SkewRow> rows)
    {
        Report.Line(string.Concat(["".PadRight(38), .. Columns.Select(column => column.Heading.PadLeft(26))]));
        foreach (var row in rows)
        {
            Report.Line(row.Line());
        }
    }

    public void Add(int round, LoadOutcome outcome, double slowShare)
    {
        double[] figures = [outcome.Percentile(0.5), outcome.Percentile(0.99), outcome.Percentile(0.999), outcome.FailedPercent, slowShare, outcome.PerSecond];
        for (var column = 0; column < figures.Length; column++)
        {
            _figures[column][round] = figures[column];
        }
    }

    private string Line()
        => string.Concat([name.PadRight(38), .. _figures.Select((figures, column) => Spread.Of(figures).Format(Columns[column].Format).PadLeft(26))]);
}
