namespace Mesh.Client.Configuration;

/// <summary><c>outlierDetection</c>, with the older name of its first field.</summary>
internal static class OutlierDetectionBinder
{
    public static OutlierDetectionConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var findings = fields.Findings;
        var defaults = new OutlierDetectionConfiguration();
        var current = fields.Integer("consecutive5xxErrors", 0, int.MaxValue);
        int? older = null;
        if (fields.Take("consecutiveErrors") is { } deprecated)
        {
            older = fields.Integer("consecutiveErrors", 0, int.MaxValue);
            findings.Info(FindingCodes.Deprecated, deprecated, fields.Has("consecutive5xxErrors")
                ? "'consecutiveErrors' is the older name of 'consecutive5xxErrors', which is written too and is used."
                : "'consecutiveErrors' is the older name of 'consecutive5xxErrors' and still works.", "Write consecutive5xxErrors.");
        }

        var bound = new OutlierDetectionConfiguration
        {
            Consecutive5xxErrors = current ?? older ?? defaults.Consecutive5xxErrors,
            ConsecutiveGatewayErrors = fields.Integer("consecutiveGatewayErrors", 0, int.MaxValue) ?? defaults.ConsecutiveGatewayErrors,
            SplitsLocalOriginErrors = fields.Flag("splitExternalLocalOriginErrors") ?? defaults.SplitsLocalOriginErrors,
            ConsecutiveLocalOriginFailures = fields.Integer("consecutiveLocalOriginFailures", 0, int.MaxValue) ?? defaults.ConsecutiveLocalOriginFailures,
            HttpErrorCodes = ErrorCodes(fields),
            Interval = fields.Duration("interval") ?? defaults.Interval,
            BaseEjectionTime = fields.Duration("baseEjectionTime") ?? defaults.BaseEjectionTime,
            MaxEjectionPercent = fields.Integer("maxEjectionPercent", 0, 100) ?? defaults.MaxEjectionPercent,
            MinHealthPercent = fields.Integer("minHealthPercent", 0, 100) ?? defaults.MinHealthPercent,
        };
        if (fields.Take("consecutiveLocalOriginFailures") is { } local && !bound.SplitsLocalOriginErrors)
        {
            findings.Error(FindingCodes.Conflict, local, "'consecutiveLocalOriginFailures' needs splitExternalLocalOriginErrors: true.", "Add it, or remove the field.");
        }

        fields.Finish();
        return bound;
    }

    /// <summary>An empty list leaves the definition of an error as it is.</summary>
    private static StatusSet? ErrorCodes(FieldReader fields)
    {
        var codes = fields.Items("outlierDetectionHttpErrorCodes")
            .Select(item => ScalarReader.Integer(item, StatusSet.Least, StatusSet.Most, fields.Findings))
            .OfType<int>().Select(code => (code, code)).ToArray();
        return codes.Length == 0 ? null : StatusSet.Of(codes);
    }
}
