namespace Mesh.Client.Model;

/// <summary>Endpoints among which a policy chooses on its own: all that are available, or those of one priority and locality.</summary>
internal sealed class EndpointGroup(EndpointState[] endpoints)
{
    private object? _memory;

    /// <summary>At least one; never written after publication.</summary>
    public EndpointState[] Endpoints { get; } = endpoints;

    /// <summary>Their shares; null where all weigh the same.</summary>
    public EndpointWeights? Weights { get; } = EndpointWeights.Create(endpoints);

    /// <summary>What the policy has worked out about these endpoints (a hash table), owned by the LoadBalancing room; null until then.</summary>
    public object? Memory
    {
        get => Volatile.Read(ref _memory);
        set => Volatile.Write(ref _memory, value);
    }
}
