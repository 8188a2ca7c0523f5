using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Numbers and durations between bounds, for the limits of <c>x-mesh</c>.</summary>
internal static class LimitValues
{
    public static double? Number(FieldReader fields, string name, double least, double most)
    {
        var value = fields.Number(name);
        if (value is null || (value >= least && value <= most))
        {
            return value;
        }

        var allowed = double.IsPositiveInfinity(most) ? string.Create(CultureInfo.InvariantCulture, $"of {least} or more") : string.Create(CultureInfo.InvariantCulture, $"from {least} to {most}");
        Refuse(fields, name, $"a number {allowed} is needed");
        return null;
    }

    public static TimeSpan? Duration(FieldReader fields, string name, TimeSpan shortest, TimeSpan longest)
    {
        var value = fields.Duration(name);
        if (value is null || (value >= shortest && value <= longest))
        {
            return value;
        }

        Refuse(fields, name, $"a duration from {Text(shortest)} to {Text(longest)} is needed");
        return null;
    }

    private static string Text(TimeSpan duration) => duration < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds}ms")
        : duration < TimeSpan.FromHours(1) ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours}h");

    private static void Refuse(FieldReader fields, string name, string needed)
    {
        var node = fields.Take(name)!;
        fields.Findings.Error(FindingCodes.OutOfRange, node, $"{FindingSink.Quote(node.Text)} is not allowed; {needed}.");
    }
}
