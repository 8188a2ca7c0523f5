using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client.Pipeline;

/// <summary>How often and how long: what the rule, the headers of the request and its caller say, and what became of it.</summary>
internal sealed partial class MeshCall
{
    public RetryPolicyModel RetryPolicy => Overrides?.Retries ?? RetryPolicyOf(Request, Rule);

    /// <summary>What the request's own headers ask for; null where they ask for nothing, or are not honoured.</summary>
    public CallOverrides? Overrides { get; set; }

    /// <summary>How late attempts are hedged; null where they are not.</summary>
    public HedgingConfiguration? Hedging => Overrides?.Hedging ?? Policy.Hedging;

    /// <summary>A field: it is a value that counts.</summary>
    public RetryRules Retries;

    /// <summary>What kept the call from being sent once more.</summary>
    public MeshRetryStopReason RetryStop { get; set; }

    /// <summary>Why, where it was the body.</summary>
    public BodyObstacle BodyObstacle { get; set; }

    /// <summary>The caller's choice for this request, else the rule's.</summary>
    public static RetryPolicyModel RetryPolicyOf(HttpRequestMessage request, RouteRuleModel? rule)
        => request.GetMesh() is { DisableRetries: true } ? RetryPolicyModel.None : rule?.Retries ?? RetryPolicyModel.Default;

    /// <summary>The time for the whole call: the caller's choice for this request, else the rule's; null for none.</summary>
    public static TimeSpan? TimeoutOf(HttpRequestMessage request, RouteRuleModel? rule) => request.GetMesh()?.Timeout ?? rule?.Timeout;
}
