namespace Mesh.Client.Discovery;

/// <summary>What is to be shown of a service's discovery.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Endpoints">How many endpoints are served.</param>
/// <param name="Age">Time since the last answer that confirmed them, of several names since the one longest ago; since the start where none did.</param>
/// <param name="Problem">The last failure or empty answer; null while all is well.</param>
internal readonly record struct DiscoveryStatus(DiscoveryState State, int Endpoints, TimeSpan Age, string? Problem);
