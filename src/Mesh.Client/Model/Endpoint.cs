using System.Collections.Frozen;

namespace Mesh.Client.Model;

/// <summary>One address that can answer, with what discovery knows of it. Its identity within a cluster is <see cref="Address"/>; within a service
/// see <see cref="EndpointComparer"/>.</summary>
internal sealed record Endpoint
{
    /// <summary>The canonical text of the address: <c>10.0.0.1:80</c>, <c>[::1]:80</c>, <c>name:80</c>, <c>unix:/path</c>; without a port where
    /// the service's target port applies.</summary>
    public required string Address { get; init; }

    /// <summary>IP literal without brackets, or a DNS name that is resolved when dialling; empty for a Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>0: the service's target port applies.</summary>
    public int Port { get; init; }

    /// <summary>The socket's path for <c>unix:</c> addresses, else null.</summary>
    public string? UnixPath { get; init; }

    public FrozenDictionary<string, string> Labels { get; init; } = FrozenDictionary<string, string>.Empty;

    public string? Locality { get; init; }

    public int Weight { get; init; } = 1;

    /// <summary>0 is called first; others step in for what those before them cannot bear, whatever their place.</summary>
    public int Priority { get; init; }

    /// <summary>Its source says that it is for callers in other places than this one: it is called after all others of its priority, unless a rule says how
    /// places count.</summary>
    public bool IsForOthers { get; init; }

    /// <summary>The name under which discovery found the address, where that is not the service's own: the target of an SRV record. Else null.</summary>
    public string? Target { get; init; }

    /// <summary>The numbers of the service's ports that are served here; empty: all.</summary>
    public int[] ServicePorts { get; init; } = [];

    /// <summary>It is about to stop: new calls go elsewhere as long as there is another.</summary>
    public bool IsDraining { get; init; }

    public bool Carries(FrozenDictionary<string, string> labels)
    {
        foreach (var label in labels)
        {
            if (!Labels.TryGetValue(label.Key, out var value) || value != label.Value)
            {
                return false;
            }
        }

        return true;
    }
}
