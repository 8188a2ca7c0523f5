namespace Mesh.Client.Configuration;

internal sealed record EndpointConfiguration
{
    public required ConfigurationNode Node { get; init; }

    /// <summary><c>ip:port</c>, <c>[v6]:port</c>, <c>name:port</c>, <c>unix:path</c>, or one of the first three without a port.</summary>
    public required string Address { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>region/zone/subzone</c>.</summary>
    public string? Locality { get; init; }

    /// <summary>At least 1; relative to the other endpoints.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The numbers of the service's ports that are served at this address; empty: all.</summary>
    public IReadOnlyList<int> ServicePorts { get; init; } = [];
}
