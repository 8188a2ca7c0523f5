namespace Mesh.Client.Configuration;

/// <summary>What a health check sends and which answer it takes.</summary>
internal abstract record HealthCheckProtocol;
