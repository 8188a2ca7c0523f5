namespace Mesh.Client.Model;

internal sealed record RetryPolicyModel
{
    /// <summary>Istio's built-in policy plus <c>reset</c>, which is bound to calls that are safe to repeat (see docs/decisions).</summary>
    public static RetryPolicyModel Default { get; } = new()
    {
        Attempts = 2,
        Conditions = RetryConditions.ConnectFailure | RetryConditions.RefusedStream | RetryConditions.GrpcUnavailable
            | RetryConditions.GrpcCancelled | RetryConditions.RetriableStatusCodes | RetryConditions.Reset,
        IsDefault = true,
    };

    public static RetryPolicyModel None { get; } = new();

    /// <summary>Tries after the first.</summary>
    public int Attempts { get; init; }

    public TimeSpan? PerTryTimeout { get; init; }

    public RetryConditions Conditions { get; init; }

    public IReadOnlyList<int> RetriableStatusCodes { get; init; } = [];

    /// <summary>Names of response headers, each of which alone is enough for <see cref="RetryConditions.RetriableHeaders"/>.</summary>
    public IReadOnlyList<string> RetriableHeaders { get; init; } = [];

    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Nothing was written: unsafe methods are repeated only where the request provably was not sent.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Those that the caller asked for with the request.</summary>
    public RetryConditions CallerConditions { get; init; }

    /// <summary>Those for which requests of every method are repeated: somebody wrote them, and knows the service. By default only what is
    /// idempotent is.</summary>
    public RetryConditions ForEveryMethod => IsDefault ? CallerConditions : Conditions & ~ForSafeMethods;

    /// <summary>Of <see cref="Conditions"/> those for which only what is idempotent is repeated, though somebody wrote them.</summary>
    public RetryConditions ForSafeMethods { get; init; }

    /// <summary>What every back-off lasts at least; chance adds to it.</summary>
    public TimeSpan LeastBackoff { get; init; }

    /// <summary>A retry avoids endpoints that were tried already; null: unless a hash chooses the endpoint of a rule's only destination.</summary>
    public bool? AvoidTriedEndpoints { get; init; }

    /// <summary>Retries move to other priorities (<c>retryRemoteLocalities</c>).</summary>
    public bool LeavesPriorities { get; init; }
}
