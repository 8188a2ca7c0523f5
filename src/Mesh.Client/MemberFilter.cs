using System.Collections.Frozen;
using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>Which endpoints of a service a cluster takes: those that carry the labels of its subset and serve its port. Most share their labels with the
/// one before, as one object.</summary>
internal struct MemberFilter(ClusterState cluster)
{
    private readonly FrozenDictionary<string, string> _labels = cluster.Model.SubsetLabels;
    private readonly int _port = cluster.Key.Port;
    private FrozenDictionary<string, string>? _last;
    private bool _takesLast;

    public bool Takes(Endpoint endpoint)
    {
        if (!ReferenceEquals(endpoint.Labels, _last))
        {
            _last = endpoint.Labels;
            _takesLast = endpoint.Carries(_labels);
        }

        return _takesLast && (endpoint.ServicePorts is not { Length: > 0 } ports || ports.Contains(_port));
    }
}
