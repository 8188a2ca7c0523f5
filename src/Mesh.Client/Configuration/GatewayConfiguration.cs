namespace Mesh.Client.Configuration;

/// <summary>A Gateway by its name alone, so that references to it can be checked.</summary>
internal sealed record GatewayConfiguration : ResourceConfiguration;
