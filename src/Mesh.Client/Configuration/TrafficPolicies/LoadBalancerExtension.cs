namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.trafficPolicy.loadBalancer</c>: what Istio's block cannot say.</summary>
internal sealed record LoadBalancerExtension
{
    /// <summary>Endpoints that are drawn for one pick of a policy that compares: Envoy's <c>choice_count</c>.</summary>
    public const int DefaultChoiceCount = 2;

    public const int MaximumChoiceCount = 10;

    /// <summary>With less no endpoint could take its share.</summary>
    public const int MinimumHashBalanceFactor = 100;

    /// <summary>Fewer leave too little choice to policies, and to the calls of this process when some of them fail.</summary>
    public const int MinimumSubsetSize = 4;

    public static LoadBalancerExtension Default { get; } = new();

    /// <summary>In place of Istio's <c>simple</c> at the same level; null leaves the choice to it.</summary>
    public LoadBalancerPolicy? Policy { get; init; }

    /// <summary>2 to 10.</summary>
    public int ChoiceCount { get; init; } = DefaultChoiceCount;

    /// <summary>Of consistent hashing: the most calls in flight that an endpoint may have, in percent of the mean; 0 for no limit, else at least
    /// <see cref="MinimumHashBalanceFactor"/>. Envoy's <c>hash_balance_factor</c>.</summary>
    public int HashBalanceFactor { get; init; }

    /// <summary>About so many of the endpoints are called by this process; null: all.</summary>
    public int? SubsetSize { get; init; }
}
