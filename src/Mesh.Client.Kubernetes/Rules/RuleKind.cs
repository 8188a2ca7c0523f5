namespace Mesh.Client.Kubernetes.Rules;

/// <summary>A kind of object that holds rules.</summary>
/// <param name="Kind">As objects name it.</param>
/// <param name="Group">Its API group.</param>
/// <param name="Plural">As paths name it.</param>
/// <param name="Versions">Of the group, the best first; their objects differ in nothing that is read.</param>
internal sealed record RuleKind(string Kind, string Group, string Plural, params IReadOnlyList<string> Versions)
{
    private const string Networking = "networking.istio.io";
    private const string Security = "security.istio.io";
    private const string Gateways = "gateway.networking.k8s.io";

    /// <summary>Every kind that is watched.</summary>
    public static IReadOnlyList<RuleKind> All { get; } =
    [
        new("VirtualService", Networking, "virtualservices", "v1", "v1beta1", "v1alpha3"),
        new("DestinationRule", Networking, "destinationrules", "v1", "v1beta1", "v1alpha3"),
        new("ServiceEntry", Networking, "serviceentries", "v1", "v1beta1", "v1alpha3"),
        new("WorkloadEntry", Networking, "workloadentries", "v1", "v1beta1", "v1alpha3"),
        new("Sidecar", Networking, "sidecars", "v1", "v1beta1", "v1alpha3"),
        new("Gateway", Networking, "gateways", "v1", "v1beta1", "v1alpha3"),
        new("PeerAuthentication", Security, "peerauthentications", "v1", "v1beta1"),
        new("RequestAuthentication", Security, "requestauthentications", "v1", "v1beta1"),
        new("AuthorizationPolicy", Security, "authorizationpolicies", "v1", "v1beta1"),
        new("Telemetry", "telemetry.istio.io", "telemetries", "v1", "v1alpha1"),
        new("HTTPRoute", Gateways, "httproutes", "v1", "v1beta1"),
        new("GRPCRoute", Gateways, "grpcroutes", "v1", "v1alpha2"),
        new("ReferenceGrant", Gateways, "referencegrants", "v1", "v1beta1", "v1alpha2"),
    ];

    /// <summary>Whose <c>status</c> is a list by route parents, and not Istio's.</summary>
    public bool IsGatewayApi => Group == Gateways;

    /// <summary>What documents, findings and logs call an object.</summary>
    public string DocumentName(string @namespace, string name) => $"{Kind}/{@namespace}/{name}";
}
