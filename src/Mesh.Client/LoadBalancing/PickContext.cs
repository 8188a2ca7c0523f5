using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>What a pick is for.</summary>
/// <param name="tried">Endpoints of earlier attempts, which are avoided while there are others.</param>
/// <param name="timeProvider">The clock of the mesh.</param>
internal readonly ref struct PickContext(ReadOnlySpan<EndpointState> tried, TimeProvider timeProvider)
{
    public ReadOnlySpan<EndpointState> Tried { get; } = tried;

    public TimeProvider TimeProvider { get; } = timeProvider;

    /// <summary>Endpoints of earlier attempts whose priorities are left out, from the second attempt that failed; empty: none is.</summary>
    public ReadOnlySpan<EndpointState> LeftBehind { get; init; }

    /// <summary>What policies of consistent hashing go by; null where the request has nothing of it.</summary>
    public ulong? Hash { get; init; }
}
