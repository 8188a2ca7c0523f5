namespace Mesh.Client.Configuration;

/// <summary>A subset's policy replaces the rule's block by block, never field by field.</summary>
internal sealed record TrafficPolicyConfiguration
{
    public LoadBalancerConfiguration? LoadBalancer { get; init; }

    public OutlierDetectionConfiguration? OutlierDetection { get; init; }

    public ConnectionPoolConfiguration? ConnectionPool { get; init; }

    /// <summary>Null where nothing is written, which is plaintext unless a wider policy says otherwise.</summary>
    public TlsConfiguration? Tls { get; init; }

    /// <summary>What holds for one port in place of the four blocks above, those that it leaves out included; of no port twice.</summary>
    public IReadOnlyList<KeyValuePair<int, TrafficPolicyConfiguration>> Ports { get; init; } = [];

    /// <summary>None of the four: a port has none of its own, and where the rule has settings for it, that of the rule does not hold there.</summary>
    public RetryBudgetConfiguration? RetryBudget { get; init; }

    /// <summary>What goes beyond Istio; for every port alike.</summary>
    public PolicyExtension? Extension { get; init; }

    /// <summary>Whether calls to the host, or to one of its ports, must not go out in plaintext.</summary>
    public bool AsksForTls => Tls is { Mode: not TlsMode.Disable } || Ports.Any(port => port.Value.AsksForTls);
}
