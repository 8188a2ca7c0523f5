namespace Mesh.Client.Telemetry;

/// <summary>The adaptive limit of one cluster.</summary>
internal readonly record struct ConcurrencyMeasurement(string Host, string? Subset, int Limit);
