namespace Mesh.Client.Configuration;

internal sealed record HttpHealthCheck : HealthCheckProtocol
{
    /// <summary>Path and query.</summary>
    public required string Path { get; init; }

    /// <summary>The authority; null is the name of the service.</summary>
    public string? Host { get; init; }

    public string Method { get; init; } = "GET";

    /// <summary>Healthy.</summary>
    public StatusSet ExpectedStatuses { get; init; } = StatusSet.Of((200, 200));

    /// <summary>Unhealthy only after <see cref="HealthCheckConfiguration.UnhealthyThreshold"/> of them; null for none.</summary>
    public StatusSet? RetriableStatuses { get; init; }

    /// <summary>A line each, as <c>name: value</c>.</summary>
    public string RequestHeaders { get; init; } = "";
}
