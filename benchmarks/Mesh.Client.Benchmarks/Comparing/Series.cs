namespace Mesh.Client.Benchmarks.Comparing;

/// <summary>The figures of one contender, one per round.</summary>
internal sealed class Series(string name, int rounds)
{
    private readonly double[][] _values = [new double[rounds], new double[rounds], new double[rounds]];

    public string Name { get; } = name;

    public int Rounds { get; } = rounds;

    public double this[Measure measure, int round]
    {
        get => _values[(int)measure][round];
        set => _values[(int)measure][round] = value;
    }

    public Spread Of(Measure measure) => Spread.Of(_values[(int)measure]);

    /// <summary>How often this one's figure is that of <paramref name="other"/>, round by round.</summary>
    public Spread Times(Series other, Measure measure) => Ratio(round => this[measure, round], round => other[measure, round]);

    /// <summary>How often what this one adds to <paramref name="bare"/> is what <paramref name="other"/> adds.</summary>
    public Spread AdditionTimes(Series other, Series bare, Measure measure)
        => AdditionTimes(bare, other, bare, measure);

    /// <summary>How often what this one adds to <paramref name="mine"/> is what <paramref name="other"/> adds to <paramref name="bare"/>.</summary>
    public Spread AdditionTimes(Series mine, Series other, Series bare, Measure measure)
        => Ratio(round => this[measure, round] - mine[measure, round], round => other[measure, round] - bare[measure, round]);

    // The ratio of the medians: single rounds with a small denominator would rule the median of the ratios. The spread is that of the rounds.
    private Spread Ratio(Func<int, double> numerator, Func<int, double> denominator)
    {
        var rounds = Enumerable.Range(0, Rounds);
        var ratios = Spread.Of([.. rounds.Select(round => numerator(round) / denominator(round))]);
        var median = Spread.Of([.. rounds.Select(numerator)]).Median / Spread.Of([.. rounds.Select(denominator)]).Median;
        return ratios with { Median = median };
    }
}
