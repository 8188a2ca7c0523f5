using System.Globalization;

namespace Mesh.Client.Benchmarks.Comparing;

/// <summary>Prints figures as median (lowest..highest) over the rounds, and what they are held against.</summary>
internal static class Report
{
    public static void Title(string part, string what)
    {
        Console.WriteLine();
        Console.WriteLine($"{part}: {what}");
    }

    /// <param name="columns">The measures shown, in order.</param>
    /// <param name="series">The first is the one the others are compared with.</param>
    public static void Table(IReadOnlyList<Measure> columns, params Series[] series)
    {
        Console.WriteLine("  " + string.Concat(["per call".PadRight(46), .. columns.Select(column => Heading(column).PadLeft(32) + "x".PadLeft(8))]));
        foreach (var row in series)
        {
            Console.WriteLine("  " + string.Concat([row.Name.PadRight(46), .. columns.Select(column => Cell(row, series[0], column))]));
        }
    }

    /// <summary>A line with the ratio that the budget is about.</summary>
    public static void AtMost(string what, Spread ratio, double budget) => Verdict(what, ratio, "at most", budget, ratio.Median <= budget);

    public static void AtLeast(string what, Spread ratio, double budget) => Verdict(what, ratio, "at least", budget, ratio.Median >= budget);

    /// <summary>A guide is a figure of one machine: shown, not held against.</summary>
    public static void Guide(string what, Spread figure, string unit, string format, string guide)
        => Console.WriteLine($"  {what}: {figure.Format(format)} {unit}; guide {guide}");

    public static void Line(string text) => Console.WriteLine("  " + text);

    private static void Verdict(string what, Spread ratio, string direction, double budget, bool isMet)
        => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {what}: {ratio.Format("0.00")} x; budget {direction} {budget:0.##} x: {(isMet ? "met" : "NOT MET")}"));

    private static string Heading(Measure measure) => measure switch
    {
        Measure.Nanoseconds => "time, us",
        Measure.Processor => "CPU, us",
        _ => "bytes",
    };

    private static string Cell(Series row, Series first, Measure measure)
    {
        var figure = row.Of(measure);
        var text = measure == Measure.Bytes ? figure.Format("#,0") : figure.Scale(0.001).Format("#,0.000");
        var baseline = first.Of(measure).Median;
        var ratio = baseline > 0 ? (figure.Median / baseline).ToString("0.00", CultureInfo.InvariantCulture) : "";
        return text.PadLeft(32) + ratio.PadLeft(8);
    }
}
