namespace Mesh.Client.Configuration;

/// <summary><c>adaptiveConcurrency</c> of <c>x-mesh</c>, in the words of Envoy's gradient controller.</summary>
internal static class AdaptiveConcurrencyBinder
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static AdaptiveConcurrencyConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var defaults = new AdaptiveConcurrencyConfiguration();
        var bound = new AdaptiveConcurrencyConfiguration
        {
            SampleAggregatePercentile = LimitValues.Number(fields, "sampleAggregatePercentile", 1, 100) ?? defaults.SampleAggregatePercentile,
        };
        if (fields.Object("concurrencyLimitParams") is { } limit)
        {
            bound = bound with
            {
                MaxConcurrencyLimit = limit.Integer("maxConcurrencyLimit", 1, int.MaxValue) ?? defaults.MaxConcurrencyLimit,
                ConcurrencyUpdateInterval = LimitValues.Duration(limit, "concurrencyUpdateInterval", Shortest, Longest) ?? defaults.ConcurrencyUpdateInterval,
            };
            limit.Finish();
        }

        if (fields.Object("minRttCalcParams") is { } minimum)
        {
            bound = bound with
            {
                MinRttInterval = LimitValues.Duration(minimum, "interval", Shortest, Longest) ?? defaults.MinRttInterval,
                MinRttRequestCount = minimum.Integer("requestCount", 1, 1_000_000) ?? defaults.MinRttRequestCount,
                MinRttJitter = LimitValues.Number(minimum, "jitter", 0, 100) ?? defaults.MinRttJitter,
                MinConcurrency = minimum.Integer("minConcurrency", 1, int.MaxValue) ?? defaults.MinConcurrency,
                MinRttBuffer = LimitValues.Number(minimum, "buffer", 0, 1_000) ?? defaults.MinRttBuffer,
            };
            minimum.Finish();
        }

        fields.Finish();
        if (bound.MinConcurrency > bound.MaxConcurrencyLimit)
        {
            fields.Findings.Error(FindingCodes.Conflict, fields.Node,
                $"minConcurrency is {bound.MinConcurrency}, more than maxConcurrencyLimit, which is {bound.MaxConcurrencyLimit}.", "Write a smaller minConcurrency or a larger maxConcurrencyLimit.");
        }

        return bound;
    }
}
