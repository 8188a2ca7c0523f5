namespace Mesh.Client.Kubernetes.Services;

/// <summary>An EndpointSlice as the server writes it.</summary>
/// <param name="AddressType"><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</param>
/// <param name="Endpoints">Null or empty: none.</param>
/// <param name="Ports">Of all its endpoints; null or empty where there is none to tell.</param>
internal sealed record EndpointSliceObject(string? AddressType, SliceEndpoint[]? Endpoints, SlicePort[]? Ports);

/// <param name="Addresses">Of one workload; the first is dialled, as in kube-proxy.</param>
/// <param name="Conditions">Null: ready.</param>
/// <param name="NodeName">Where it runs.</param>
/// <param name="Zone">Of that node.</param>
/// <param name="TargetRef">The pod, mostly.</param>
/// <param name="Hints">For which callers it is; null: for all.</param>
internal sealed record SliceEndpoint(string[]? Addresses, SliceConditions? Conditions, string? NodeName, string? Zone, SliceTarget? TargetRef, SliceHints? Hints = null);

/// <param name="ForZones">Zones whose callers it is for; null or empty: not told.</param>
/// <param name="ForNodes">The same of nodes.</param>
internal sealed record SliceHints(SliceHint?[]? ForZones, SliceHint?[]? ForNodes);

internal sealed record SliceHint(string? Name);

/// <summary>Of each null says what its name's default says: ready, serving as it is ready, not terminating.</summary>
internal readonly record struct SliceConditions(bool? Ready, bool? Serving, bool? Terminating);

internal readonly record struct SliceTarget(string? Kind, string? Name);

/// <param name="Name">That of the service's port; null or empty where it has one.</param>
/// <param name="Port">What is dialled; null: any.</param>
/// <param name="Protocol">Null: TCP.</param>
internal readonly record struct SlicePort(string? Name, int? Port, string? Protocol)
{
    public bool IsTcp => Protocol is null or "" or "TCP";
}
