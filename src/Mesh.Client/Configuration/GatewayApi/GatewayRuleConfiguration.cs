namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>rules</c>: when, and what. A short name of a service in it belongs to the namespace of the route.</summary>
/// <param name="Matches">OR between entries; never empty.</param>
/// <param name="Action">What is done, without any match.</param>
internal sealed record GatewayRuleConfiguration(IReadOnlyList<RankedMatch> Matches, HttpRouteConfiguration Action);
