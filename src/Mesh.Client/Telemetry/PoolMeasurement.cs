namespace Mesh.Client.Telemetry;

/// <summary>What calls hold of the limits of one cluster.</summary>
internal readonly record struct PoolMeasurement(string Host, string? Subset, int Active, int Pending, int Retrying);
