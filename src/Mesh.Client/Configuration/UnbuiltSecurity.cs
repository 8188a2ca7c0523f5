namespace Mesh.Client.Configuration;

/// <summary>
/// Which of the security policies that cannot be enforced protect what. Where labels do not tell whether a policy means a workload, it does:
/// a refused call is noticed, an unprotected one is not.
/// </summary>
internal static class UnbuiltSecurity
{
    /// <summary>Why a service cannot be called; null where nothing forbids plaintext.</summary>
    /// <param name="policies">All security policies.</param>
    /// <param name="namespace">Where the service lives.</param>
    /// <param name="root">Where policies of the whole mesh live.</param>
    /// <param name="workloads">The labels of its endpoints as far as they are known; an empty set stands for an endpoint of unknown labels.</param>
    public static string? OutgoingRefusal(
        IReadOnlyList<UnbuiltSecurityPolicy> policies, string @namespace, string root, IReadOnlyList<IReadOnlyDictionary<string, string>> workloads)
    {
        if (policies.Count == 0 || StrictFor(policies, @namespace, root, policy => workloads.Any(labels => CanMean(policy, labels))) is not { } strict)
        {
            return null;
        }

        var which = strict.Selector.Count == 0 ? "" : $" of workloads with {strict.SelectorText}, which no label of its endpoints rules out";
        return $"{strict.Metadata} asks for mutual TLS{which}, and this version does not send it yet";
    }

    /// <summary>Why this process cannot answer requests; null where no policy protects it.</summary>
    public static string? IncomingRefusal(MeshConfiguration configuration)
    {
        var policies = configuration.UnbuiltSecurityPolicies;
        if (policies.Count == 0)
        {
            return null;
        }

        var own = configuration.Workload.Labels;
        // Labels that are written are all there are; with none written nobody can say which workload this is.
        bool Means(UnbuiltSecurityPolicy policy) => own.Count == 0 || policy.Selector.All(label => IsCarried(label, own));

        var policy = policies.FirstOrDefault(policy =>
            policy.Demand is SecurityDemand.Authorization or SecurityDemand.CheckedTokens
            && IsInScope(policy, configuration.Namespace, configuration.RootNamespace) && Means(policy))
            ?? StrictFor(policies, configuration.Namespace, configuration.RootNamespace, Means);
        if (policy is null)
        {
            return null;
        }

        var doubt = policy.Selector.Count > 0 && own.Count == 0
            ? $"; it is for workloads with {policy.SelectorText}, and Mesh:Workload:Labels does not say whether this is one"
            : "";
        return $"{policy.Metadata} applies to this workload and cannot be enforced by this version of the mesh, so no request is let in{doubt}";
    }

    /// <summary>The policy that forbids plaintext. As in Istio what is said for workloads goes before what is said for a namespace, and that
    /// before what is said for the mesh; only a workload's own leave to send plaintext is not weighed, since endpoints are more than one.</summary>
    private static UnbuiltSecurityPolicy? StrictFor(
        IReadOnlyList<UnbuiltSecurityPolicy> policies, string @namespace, string root, Func<UnbuiltSecurityPolicy, bool> means)
    {
        foreach (var policy in policies)
        {
            if (policy.Demand == SecurityDemand.MutualTls && policy.Selector.Count > 0 && IsInScope(policy, @namespace, root) && means(policy))
            {
                return policy;
            }
        }

        var local = ForAll(policies, @namespace);
        return (local ?? ForAll(policies, root)) is { Demand: SecurityDemand.MutualTls } strict ? strict : null;
    }

    /// <summary>What a namespace says for all of its workloads; of several that differ the strict one.</summary>
    private static UnbuiltSecurityPolicy? ForAll(IReadOnlyList<UnbuiltSecurityPolicy> policies, string @namespace)
    {
        UnbuiltSecurityPolicy? found = null;
        foreach (var policy in policies)
        {
            if (policy.Selector.Count == 0 && IsIn(policy, @namespace)
                && policy.Demand is SecurityDemand.MutualTls or SecurityDemand.Plaintext
                && (found is null || policy.Demand == SecurityDemand.MutualTls))
            {
                found = policy;
            }
        }

        return found;
    }

    private static bool IsInScope(UnbuiltSecurityPolicy policy, string @namespace, string root)
        => IsIn(policy, @namespace) || IsIn(policy, root);

    private static bool IsIn(UnbuiltSecurityPolicy policy, string @namespace)
        => string.Equals(policy.Metadata.Namespace, @namespace, StringComparison.OrdinalIgnoreCase);

    /// <summary>Unless a label says otherwise.</summary>
    private static bool CanMean(UnbuiltSecurityPolicy policy, IReadOnlyDictionary<string, string> labels)
        => policy.Selector.All(label => !labels.TryGetValue(label.Key, out var value) || value == label.Value);

    private static bool IsCarried(KeyValuePair<string, string> label, IReadOnlyDictionary<string, string> labels)
        => labels.TryGetValue(label.Key, out var value) && value == label.Value;
}
