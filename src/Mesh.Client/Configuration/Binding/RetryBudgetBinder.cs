using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Istio's <c>retryBudget</c>, and that of <c>x-mesh</c>.</summary>
internal static class RetryBudgetBinder
{
    /// <summary>More than any process sends.</summary>
    public const int MaximumPerSecond = 1_000_000;

    public static RetryBudgetConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        // As in Istio 0 is as good as not written.
        var defaults = new RetryBudgetConfiguration();
        var minimum = fields.Integer("minRetryConcurrency", 0, int.MaxValue) ?? 0;
        var budget = new RetryBudgetConfiguration
        {
            Percent = Number(fields, "percent", 100) ?? defaults.Percent,
            MinRetryConcurrency = minimum > 0 ? minimum : defaults.MinRetryConcurrency,
        };
        if (fields.DurationOrZero("budgetInterval") > TimeSpan.Zero)
        {
            fields.NotBuilt("budgetInterval", "the percentage is of the calls that are under way, and those that have ended do not count");
        }

        fields.Finish();
        return budget;
    }

    public static RetryBudgetExtension? BindExtension(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var defaults = RetryBudgetExtension.Default;
        var budget = new RetryBudgetExtension
        {
            Percent = Number(fields, "percent", 100) ?? defaults.Percent,
            MinRetriesPerSecond = Number(fields, "minRetriesPerSecond", MaximumPerSecond) ?? defaults.MinRetriesPerSecond,
            IsEnabled = fields.Flag("enabled") ?? defaults.IsEnabled,
        };
        fields.Finish();
        return budget;
    }

    private static double? Number(FieldReader fields, string name, int most)
    {
        var number = fields.Number(name);
        if (number < 0 || number > most)
        {
            fields.Findings.Error(FindingCodes.OutOfRange, fields.Take(name)!, string.Create(CultureInfo.InvariantCulture,
                $"{FindingSink.Quote(fields.Take(name)!.Text)} is not allowed; a number from 0 to {most} is needed."));
            return null;
        }

        return number;
    }
}
