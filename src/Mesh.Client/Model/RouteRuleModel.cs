namespace Mesh.Client.Model;

/// <summary>One entry of <c>http</c>.</summary>
internal sealed class RouteRuleModel
{
    /// <summary>For results, spans and bodies: <c>default/reviews http[0]</c>, with the rule's own name where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>OR between entries; empty matches everything.</summary>
    public required MatchModel[] Matches { get; init; }

    /// <summary>Those that can be chosen: zero weights are gone where there are several.</summary>
    public required RouteDestinationModel[] Destinations
    {
        get;
        init
        {
            field = value;
            OnlyCluster = value is [{ Clusters: [var cluster], Edits: null }] ? cluster : null;
        }
    }

    /// <summary>Where all calls of the rule go unchanged, if that is one cluster: at hand, since most rules are so.</summary>
    public ClusterModel? OnlyCluster { get; private init; }

    /// <summary>The sum of the weights; 0 where there is one destination.</summary>
    public required int TotalWeight { get; init; }

    /// <summary>Excludes destinations, as <see cref="DirectResponse"/> does.</summary>
    public RedirectModel? Redirect { get; init; }

    public DirectResponseModel? DirectResponse { get; init; }

    /// <summary>The rule sends nothing on.</summary>
    public bool IsAnswer => Redirect is not null || DirectResponse is not null;

    /// <summary>What a rule that answers by itself changes on its answer; null for nothing.</summary>
    public EditsModel? Edits { get; init; }

    /// <summary>Where copies go.</summary>
    public MirrorModel[] Mirrors { get; init; } = [];

    public FaultModel? Fault { get; init; }

    /// <summary>Null: none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>For the response headers, over all attempts; null: none.</summary>
    public TimeSpan? HeadersTimeout { get; init; }

    /// <summary>The longest silence while a body moves; null: none.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>There is one of the two.</summary>
    public bool HasStreamLimits => HeadersTimeout is not null || IdleTimeout is not null;

    public required RetryPolicyModel Retries { get; init; }

    /// <summary>Set where the rule leads nowhere: matching calls are answered <see cref="UndefinedStatus"/> with this text.</summary>
    public string? Refusal { get; init; }

    /// <summary>What calls get whose destination is not defined: 503 in Istio, 500 for an HTTPRoute.</summary>
    public int UndefinedStatus { get; init; } = 503;
}
