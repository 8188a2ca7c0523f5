namespace Mesh.Client.Configuration;

/// <summary><c>warmup</c>, and <c>warmupDurationSecs</c>, its older form.</summary>
internal static class WarmupBinder
{
    private const string Older = "warmupDurationSecs";

    /// <param name="fields">The load balancer.</param>
    /// <param name="isHonoured">The policy is one that warms endpoints up.</param>
    public static WarmupConfiguration? Bind(FieldReader fields, bool isHonoured)
    {
        var written = fields.Object("warmup");
        var bound = written is null ? null : Warmup(written);
        if (fields.Take(Older) is { } older)
        {
            var duration = fields.Duration(Older);
            fields.Findings.Info(FindingCodes.Deprecated, older, written is null
                ? $"'{Older}' is the older form of 'warmup' and still works."
                : $"'{Older}' is the older form of 'warmup', which is written too and is used.", "Write warmup: { duration: ... }.");
            bound ??= written is null && duration is { } time ? new() { Duration = time } : null;
        }

        if (bound is not null && !isHonoured)
        {
            fields.Findings.Warning(FindingCodes.BadWarmup, written?.Node ?? fields.Take(Older)!,
                "endpoints are not warmed up by RANDOM, PASSTHROUGH and consistent hashing; with this policy it has no effect.", "Name another policy, or remove it.");
        }

        return bound;
    }

    private static WarmupConfiguration? Warmup(FieldReader fields)
    {
        var duration = fields.Duration("duration");
        if (!fields.Has("duration"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'duration' is missing or empty.", "Write how long an endpoint warms up, such as 30s.");
        }

        var minimum = Number(fields, "minimumPercent", value => value is >= 0 and <= 100, "a number from 0 to 100");
        var aggression = Number(fields, "aggression", value => value > 0, "a number above 0");
        fields.Finish();
        return duration is null ? null : new()
        {
            Duration = duration.Value,
            MinimumPercent = minimum ?? WarmupConfiguration.DefaultMinimumPercent,
            Aggression = aggression ?? WarmupConfiguration.DefaultAggression,
        };
    }

    private static double? Number(FieldReader fields, string name, Func<double, bool> isAllowed, string allowed)
    {
        var value = fields.Number(name);
        if (value is null || isAllowed(value.Value))
        {
            return value;
        }

        var node = fields.Take(name)!;
        fields.Findings.Error(FindingCodes.BadWarmup, node, $"{FindingSink.Quote(node.Text)} is not allowed; {allowed} is needed.");
        return null;
    }
}
