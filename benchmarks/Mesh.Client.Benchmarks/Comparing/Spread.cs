using System.Globalization;

namespace Mesh.Client.Benchmarks.Comparing;

internal readonly record struct Spread(double Median, double Minimum, double Maximum)
{
    public static Spread Of(double[] values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    public Spread Scale(double factor) => new(Median * factor, Minimum * factor, Maximum * factor);

    public string Format(string format)
        => string.Create(CultureInfo.InvariantCulture, $"{Text(Median, format)} ({Text(Minimum, format)}..{Text(Maximum, format)})");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
