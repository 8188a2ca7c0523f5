namespace Mesh.Client.Health;

/// <summary>What one check came to.</summary>
/// <param name="IsHealthy">It passed.</param>
/// <param name="IsDecisive">A failure that needs no others: the endpoint itself says that it is not well.</param>
/// <param name="Reason">Of a failure, for operators.</param>
internal readonly record struct HealthCheckResult(bool IsHealthy, bool IsDecisive, string Reason)
{
    public static HealthCheckResult Passed { get; } = new(true, false, "");

    /// <summary>No answer, or one that may be an accident.</summary>
    public static HealthCheckResult Failed(string reason) => new(false, false, reason);

    public static HealthCheckResult Unhealthy(string reason) => new(false, true, reason);

    /// <summary>Nobody could be asked, and the reason lies with this process: says nothing about the endpoint.</summary>
    public static HealthCheckResult NotAsked(string reason) => new(false, false, reason) { IsVoid = true };

    public bool IsVoid { get; private init; }
}
