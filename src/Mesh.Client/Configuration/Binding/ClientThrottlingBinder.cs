namespace Mesh.Client.Configuration;

/// <summary><c>clientThrottling</c> of <c>x-mesh</c>.</summary>
internal static class ClientThrottlingBinder
{
    public static ClientThrottlingConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var defaults = new ClientThrottlingConfiguration();
        var bound = new ClientThrottlingConfiguration
        {
            Multiplier = LimitValues.Number(fields, "multiplier", 1, double.PositiveInfinity) ?? defaults.Multiplier,
            Window = LimitValues.Duration(fields, "window", TimeSpan.FromMilliseconds(500), TimeSpan.FromDays(1)) ?? defaults.Window,
            MinimumRequests = fields.Integer("minimumRequests", 1, int.MaxValue) ?? defaults.MinimumRequests,
            MaxRejectionPercent = LimitValues.Number(fields, "maxRejectionPercent", 0, 100) ?? defaults.MaxRejectionPercent,
        };
        fields.Finish();
        return bound;
    }
}
