namespace Mesh.Client.Configuration;

/// <summary>A subset's policy replaces the rule's block by block, never field by field.</summary>
internal sealed record TrafficPolicyConfiguration
{
    public LoadBalancerPolicy? LoadBalancer { get; init; }

    public OutlierDetectionConfiguration? OutlierDetection { get; init; }

    public ConnectionPoolConfiguration? ConnectionPool { get; init; }

    /// <summary>Set where the block asks for something about security that cannot be honoured (<c>tls</c>): says what; calls are answered 503.</summary>
    public string? UnbuiltSecurity { get; init; }
}
