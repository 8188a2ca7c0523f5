using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Labels that tell a place. As Istio does, they are read from the locality where it is known, else from the labels.</summary>
internal static class TopologyLabels
{
    public const string Network = "topology.istio.io/network";

    public const string Region = "topology.kubernetes.io/region";

    public const string Zone = "topology.kubernetes.io/zone";

    public const string Subzone = "topology.istio.io/subzone";

    /// <summary>Empty where neither knows.</summary>
    public static string ValueOf(string name, in Locality locality, IReadOnlyDictionary<string, string> labels)
    {
        var part = name switch
        {
            Region => locality.Region,
            Zone => locality.Zone,
            Subzone => locality.Subzone,
            _ => "",
        };
        return part.Length > 0 ? part : labels.TryGetValue(name, out var value) ? value : "";
    }
}
