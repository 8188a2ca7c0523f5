namespace Mesh.Client.Configuration;

/// <summary>The routes that hold together for calls to one Service, or to one of its ports.</summary>
/// <param name="Host">The full name of the Service.</param>
/// <param name="ServiceNamespace">Where the Service lives.</param>
/// <param name="Port">Null: every port that has no set of its own.</param>
/// <param name="IsOfCallers">The routes live in the namespace of this process.</param>
/// <param name="Rules">Their matches as the rules of a VirtualService, the most specific first; as old as the oldest of the routes.</param>
internal sealed record GatewayRouteSet(string Host, string ServiceNamespace, int? Port, bool IsOfCallers, VirtualServiceConfiguration Rules)
{
    /// <summary>As Istio decides it: routes of the caller's own namespace go before every VirtualService; routes of the Service's namespace and
    /// VirtualServices compete by age.</summary>
    /// <param name="other">A VirtualService for the same host; null: there is none.</param>
    public bool GoesBefore(VirtualServiceConfiguration? other)
        => other is null || IsOfCallers || ResourceMetadata.CompareAge(Rules.Metadata, other.Metadata) < 0;
}
