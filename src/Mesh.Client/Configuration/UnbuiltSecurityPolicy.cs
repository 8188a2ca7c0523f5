namespace Mesh.Client.Configuration;

/// <summary>A PeerAuthentication, RequestAuthentication or AuthorizationPolicy. None of them can be enforced yet; this much is kept so that
/// what they protect is refused.</summary>
internal sealed record UnbuiltSecurityPolicy : ResourceConfiguration
{
    public required SecurityDemand Demand { get; init; }

    /// <summary>Labels of the workloads it applies to; empty takes all of its namespace, and those of every namespace in the root namespace.</summary>
    public IReadOnlyDictionary<string, string> Selector { get; init; } = new Dictionary<string, string>();

    public string SelectorText => string.Join(",", Selector.Select(label => $"{label.Key}={label.Value}"));
}
