using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary><c>hedging</c> of <c>x-mesh</c>.</summary>
internal static class HedgingBinder
{
    public static HedgingConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var bound = new HedgingConfiguration
        {
            Delay = fields.Duration("delay"),
            Percentile = Percentile(fields),
            MaxHedges = fields.Integer("maxHedges", 1, HedgingConfiguration.MostHedges) ?? 1,
            MinimumDelay = fields.Duration("minimumDelay") ?? HedgingConfiguration.DefaultMinimumDelay,
        };
        var (delay, percentile) = (Written(fields, "delay"), Written(fields, "percentile"));
        if (delay is null && percentile is null)
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'delay' or 'percentile' is missing: nothing says when a copy is sent.",
                "Write delay, such as 50ms, or percentile, such as 95.");
        }
        else if (delay is not null && percentile is not null)
        {
            fields.Findings.Error(FindingCodes.Conflict, percentile, "'delay' is written too, and a copy is sent after one of them.", "Remove one of them.");
        }

        fields.Finish();
        return bound;
    }

    private static ConfigurationNode? Written(FieldReader fields, string name) => fields.Take(name) is { Kind: not NodeKind.Null } node ? node : null;

    private static double? Percentile(FieldReader fields)
    {
        const string Name = "percentile";
        var value = fields.Number(Name);
        if (value is { } written and not (>= HedgingConfiguration.LeastPercentile and <= HedgingConfiguration.MostPercentile))
        {
            fields.Findings.Error(FindingCodes.OutOfRange, fields.Take(Name)!, string.Create(
                CultureInfo.InvariantCulture,
                $"{written} is not allowed; a percentile from {HedgingConfiguration.LeastPercentile} to {HedgingConfiguration.MostPercentile} is needed."),
                "95 sends a copy of about 5 of 100 calls.");
            return null;
        }

        return value;
    }
}
