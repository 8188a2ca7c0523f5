namespace Mesh.Client.Configuration;

/// <summary>An HTTPRoute or a GRPCRoute of the Gateway API, as far as it is about calls between services.</summary>
internal sealed record GatewayRouteConfiguration : ResourceConfiguration
{
    public const string Http = "HTTPRoute";
    public const string Grpc = "GRPCRoute";

    /// <summary>The Services that it is attached to; other parents are gone.</summary>
    public IReadOnlyList<ServiceParent> Parents { get; init; } = [];

    public IReadOnlyList<GatewayRuleConfiguration> Rules { get; init; } = [];
}
