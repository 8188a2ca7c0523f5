namespace Mesh.Client.Configuration;

/// <summary><c>outlierDetection</c> of <c>x-mesh</c>, in the words of Envoy.</summary>
internal static class OutlierExtensionBinder
{
    public static OutlierDetectionExtension? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var defaults = OutlierDetectionExtension.Default;
        var extension = new OutlierDetectionExtension
        {
            SuccessRate = SuccessRate(fields.Object("successRate")),
            FailurePercentage = FailurePercentage(fields.Object("failurePercentage")),
            MaxEjectionTime = fields.Duration("maxEjectionTime") ?? defaults.MaxEjectionTime,
            MaxEjectionTimeJitter = fields.Duration("maxEjectionTimeJitter") ?? defaults.MaxEjectionTimeJitter,
            AlwaysEjectOneHost = fields.Flag("alwaysEjectOneHost") ?? defaults.AlwaysEjectOneHost,
            EnforcingConsecutive5xxErrors = Percent(fields, "enforcingConsecutive5xxErrors"),
            EnforcingConsecutiveGatewayErrors = Percent(fields, "enforcingConsecutiveGatewayErrors"),
            EnforcingConsecutiveLocalOriginFailures = Percent(fields, "enforcingConsecutiveLocalOriginFailures"),
        };
        fields.Finish();
        return extension;
    }

    private static SuccessRateConfiguration? SuccessRate(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var defaults = new SuccessRateConfiguration();
        var bound = new SuccessRateConfiguration
        {
            MinimumHosts = fields.Integer("minimumHosts", 1, int.MaxValue) ?? defaults.MinimumHosts,
            RequestVolume = fields.Integer("requestVolume", 1, int.MaxValue) ?? defaults.RequestVolume,
            StdevFactor = fields.Integer("stdevFactor", 0, int.MaxValue) ?? defaults.StdevFactor,
            Enforcing = Percent(fields, "enforcing"),
        };
        fields.Finish();
        return bound;
    }

    private static FailurePercentageConfiguration? FailurePercentage(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var defaults = new FailurePercentageConfiguration();
        var bound = new FailurePercentageConfiguration
        {
            Threshold = fields.Integer("threshold", 0, 100) ?? defaults.Threshold,
            MinimumHosts = fields.Integer("minimumHosts", 1, int.MaxValue) ?? defaults.MinimumHosts,
            RequestVolume = fields.Integer("requestVolume", 1, int.MaxValue) ?? defaults.RequestVolume,
            Enforcing = Percent(fields, "enforcing"),
        };
        fields.Finish();
        return bound;
    }

    private static int Percent(FieldReader fields, string name) => fields.Integer(name, 0, 100) ?? 100;
}
