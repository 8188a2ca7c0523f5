namespace Mesh.Client.Model;

internal sealed class VirtualServiceModel
{
    /// <summary>As findings and results name it: <c>VirtualService default/reviews</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>In order; the first that matches wins.</summary>
    public required IReadOnlyList<RouteRuleModel> Rules { get; init; }
}
