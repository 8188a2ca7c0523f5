namespace Mesh.Client.Telemetry;

/// <summary>Where the event ids of each room begin; a room numbers its own messages from there. An id never changes its meaning.</summary>
internal static class EventIds
{
    public const int Configuration = 1000;

    public const int Discovery = 2000;

    public const int Health = 3000;

    public const int Resilience = 4000;

    public const int Transport = 5000;

    public const int Pipeline = 6000;

    /// <summary>Incoming requests, in Mesh.Client.AspNetCore.</summary>
    public const int Incoming = 7000;

    /// <summary>Work beside the calls, of any room.</summary>
    public const int Background = 8000;

    public const int LoadBalancing = 9000;
}
