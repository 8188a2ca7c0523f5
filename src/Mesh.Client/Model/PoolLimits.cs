using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>What a cluster takes at once from this process, to all its endpoints together. <see cref="int.MaxValue"/> is no limit.</summary>
internal sealed record PoolLimits
{
    public static PoolLimits None { get; } = new();

    /// <summary>A call of HTTP/1.1 holds one, calls of HTTP/2 share one up to <see cref="MaxConcurrentStreams"/>.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>Calls that wait for a connection.</summary>
    public int MaxPendingRequests { get; init; } = int.MaxValue;

    /// <summary>Calls under way, of any version.</summary>
    public int MaxRequests { get; init; } = int.MaxValue;

    /// <summary>Retries under way.</summary>
    public int MaxRetries { get; init; } = int.MaxValue;

    /// <summary>In place of <see cref="MaxRetries"/>; null where none is written.</summary>
    public RetryBudgetConfiguration? RetryBudget { get; init; }

    /// <summary>Calls of HTTP/2 on one connection.</summary>
    public int MaxConcurrentStreams { get; init; } = int.MaxValue;

    /// <summary>Retries that may be under way beside so many calls, those that wait included.</summary>
    public int MostRetries(int calls) => RetryBudget is { } budget
        ? Math.Max((int)(budget.Percent * calls / 100), budget.MinRetryConcurrency)
        : MaxRetries;
}
