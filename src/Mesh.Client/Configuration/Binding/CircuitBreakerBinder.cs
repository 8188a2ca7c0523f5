namespace Mesh.Client.Configuration;

/// <summary><c>circuitBreaker</c> of <c>x-mesh</c>, within the bounds of Polly's options.</summary>
internal static class CircuitBreakerBinder
{
    public static CircuitBreakerConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var bound = new CircuitBreakerConfiguration { Endpoint = Breaker(fields.Object("endpoint")), Cluster = Breaker(fields.Object("cluster")) };
        if (!fields.Has("endpoint") && !fields.Has("cluster"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "the block says nothing: neither 'endpoint' nor 'cluster' is written.", "Write one of them, or both; {} takes the defaults.");
        }

        fields.Finish();
        return bound;
    }

    private static BreakerConfiguration? Breaker(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var defaults = new BreakerConfiguration();
        var bound = new BreakerConfiguration
        {
            FailureRatio = LimitValues.Number(fields, "failureRatio", 0, 1) ?? defaults.FailureRatio,
            MinimumThroughput = fields.Integer("minimumThroughput", BreakerConfiguration.LeastThroughput, int.MaxValue) ?? defaults.MinimumThroughput,
            SamplingDuration = Duration(fields, "samplingDuration") ?? defaults.SamplingDuration,
            BreakDuration = Duration(fields, "breakDuration") ?? defaults.BreakDuration,
        };
        fields.Finish();
        return bound;
    }

    private static TimeSpan? Duration(FieldReader fields, string name)
        => LimitValues.Duration(fields, name, BreakerConfiguration.ShortestDuration, BreakerConfiguration.LongestDuration);
}
