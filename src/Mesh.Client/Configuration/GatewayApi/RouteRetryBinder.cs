namespace Mesh.Client.Configuration;

/// <summary><c>retry</c> of a rule. Besides the codes connections that fail are retried, as the specification asks; calls that may have reached a server
/// only where their method is safe to repeat.</summary>
internal static class RouteRetryBinder
{
    /// <summary>Where none is written, as without any <c>retry</c>.</summary>
    private const int DefaultAttempts = 2;

    private static readonly string[] OfConnections = ["connect-failure", "refused-stream", "reset"];
    private static readonly string[] WithCodes = [.. OfConnections, "retriable-status-codes"];

    public static RetriesConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var codes = new List<int>();
        foreach (var item in fields.Items("codes"))
        {
            if (ScalarReader.Integer(item, 400, 599, fields.Findings) is { } code)
            {
                codes.Add(code);
            }
        }

        var retries = new RetriesConfiguration
        {
            Attempts = fields.Integer("attempts", 0, 1000) ?? DefaultAttempts,
            RetryOn = codes.Count > 0 ? WithCodes : OfConnections,
            RetriableStatusCodes = [.. codes.Distinct()],
            LeastBackoff = GatewayDuration.Read(fields, "backoff") is { Ticks: > 0 } backoff ? backoff : null,
            ResetsOfSafeCallsOnly = true,
        };
        fields.Finish();
        return retries;
    }
}
