namespace Mesh.Client.Configuration;

internal sealed record RetriesConfiguration
{
    /// <summary>Tries after the first; 0 switches retries off.</summary>
    public required int Attempts { get; init; }

    /// <summary>At least 1 ms; null is none.</summary>
    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>Lower-case tokens as Envoy names them; null takes the default list.</summary>
    public IReadOnlyList<string>? RetryOn { get; init; }

    /// <summary>Status codes written as integers inside <c>retryOn</c>.</summary>
    public IReadOnlyList<int> RetriableStatusCodes { get; init; } = [];

    /// <summary>The smallest back-off base; null is 25 ms. The longest is ten times that.</summary>
    public TimeSpan? Backoff { get; init; }

    /// <summary>No retry comes sooner than this; it is the base of what is added by chance as well. Null: there is no such bound.</summary>
    public TimeSpan? LeastBackoff { get; init; }

    /// <summary>Calls whose connection broke are repeated where their method is safe to repeat, whatever <see cref="RetryOn"/> says.</summary>
    public bool ResetsOfSafeCallsOnly { get; init; }

    /// <summary>Null: true, but where the rule's only destination has consistent hashing.</summary>
    public bool? RetryIgnorePreviousHosts { get; init; }

    public bool RetryRemoteLocalities { get; init; }
}
