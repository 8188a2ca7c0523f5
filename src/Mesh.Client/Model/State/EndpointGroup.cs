using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Endpoints among which a policy chooses on its own: all that are available, or those of one priority and locality.</summary>
/// <param name="endpoints">At least one.</param>
/// <param name="weights">Their shares; null where all weigh the same.</param>
/// <param name="warmup">How they warm up; null: they do not.</param>
internal sealed class EndpointGroup(EndpointState[] endpoints, EndpointWeights? weights, WarmupConfiguration? warmup)
{
    private object? _memory;
    private WarmUp? _warmUp = Model.WarmUp.Create(endpoints, warmup);

    /// <summary>By the weights that the endpoints have.</summary>
    public EndpointGroup(EndpointState[] endpoints, WarmupConfiguration? warmup = null)
        : this(endpoints, EndpointWeights.Create(endpoints), warmup)
    {
    }

    /// <summary>At least one; never written after publication.</summary>
    public EndpointState[] Endpoints { get; } = endpoints;

    /// <summary>Their shares; null where all weigh the same.</summary>
    public EndpointWeights? Weights { get; } = weights;

    /// <summary>What consistent hashing is to give each of them, where places that weigh differently are in the group together: with what other
    /// places weigh whose endpoints are gone, they add up to one. Null where the endpoints' own weights decide.</summary>
    public double[]? Shares { get; init; }

    /// <summary>0 is called first; others step in for what those before them cannot bear.</summary>
    public int Priority { get; init; }

    /// <summary>Where all of them stand, empty for endpoints that tell of no place; null where localities are not told apart.</summary>
    public string? Locality { get; init; }

    /// <summary>Its part of the calls of its priority, in any unit; 0 gets none but what others cannot take.</summary>
    public uint Weight { get; init; } = 1;

    /// <summary>So little of its priority is healthy that all of it is here.</summary>
    public bool IsPanicking { get; init; }

    /// <summary>Null where nobody warms up, which is nearly always.</summary>
    public WarmUp? WarmUp => Volatile.Read(ref _warmUp);

    /// <summary>What the policy has worked out about these endpoints (a hash table), owned by the LoadBalancing room; null until then.</summary>
    public object? Memory
    {
        get => Volatile.Read(ref _memory);
        set => Volatile.Write(ref _memory, value);
    }

    /// <summary>Nobody warms up any more: later picks need not look.</summary>
    public void EndWarmUp() => Volatile.Write(ref _warmUp, null);
}
