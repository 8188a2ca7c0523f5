using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

internal sealed class VirtualServiceModel
{
    /// <summary>As findings and results name it: <c>VirtualService default/reviews</c>, or the routes of the Gateway API that it was made of.</summary>
    public required string Resource { get; init; }

    /// <summary>In order; the first that matches wins.</summary>
    public required RouteRuleModel[] Rules { get; init; }

    /// <summary>What it was made of, for explanations.</summary>
    public VirtualServiceConfiguration? Written { get; init; }

    /// <summary>A way to <see cref="Rules"/> by path and header value; null where walking them is as good.</summary>
    public RuleIndex? Index { get; init; }
}
