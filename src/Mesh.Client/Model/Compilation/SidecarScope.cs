using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>What a Sidecar's egress hosts let this process see. It scopes rules and known hosts; it protects nothing. As in Istio calls to a port
/// see the hosts of the listener for that port, and those to other ports the hosts of listeners without one.</summary>
internal sealed class SidecarScope
{
    private readonly string _domain;
    private readonly EgressListener _any;
    private readonly Dictionary<int, EgressListener> _ofPorts = [];
    private readonly EgressListener[] _listeners;

    private SidecarScope(IReadOnlyList<EgressHostConfiguration> hosts, MeshConfiguration configuration)
    {
        _domain = configuration.Domain;
        _any = new(configuration);
        foreach (var host in hosts)
        {
            var listener = _any;
            if (host.Port != EgressHostConfiguration.AnyPort && !_ofPorts.TryGetValue(host.Port, out listener!))
            {
                _ofPorts.Add(host.Port, listener = new(configuration));
            }

            listener.Add(host);
        }

        _listeners = [_any, .. _ofPorts.Values];
    }

    /// <summary>Null: everything is seen.</summary>
    public static SidecarScope? Of(SidecarConfiguration? sidecar, MeshConfiguration configuration)
        => sidecar?.EgressHosts is { } hosts ? new(hosts, configuration) : null;

    /// <summary>On some port, whether the service declares it or not.</summary>
    /// <param name="namespace">Where the service lives.</param>
    /// <param name="name">Its full name, or a wildcard.</param>
    public bool Sees(string @namespace, string name) => Array.Exists(_listeners, listener => listener.Sees(@namespace, name));

    /// <summary>Those of the ports on which calls see the host; null where none does.</summary>
    /// <param name="namespace">Where the service lives.</param>
    /// <param name="name">Its full name, or a wildcard.</param>
    /// <param name="declared">Empty, also in the answer: any.</param>
    public PortModel[]? PortsOf(string @namespace, string name, PortModel[] declared)
    {
        if (_ofPorts.Count == 0 || (declared.Length == 0 && _any.Sees(@namespace, name)))
        {
            return _any.Sees(@namespace, name) ? declared : null;
        }

        var seen = declared.Length > 0
            ? Array.FindAll(declared, port => _ofPorts.GetValueOrDefault(port.Number, _any).Sees(@namespace, name))
            : [.. _ofPorts.Where(listener => listener.Value.Sees(@namespace, name)).Select(listener => new PortModel(listener.Key, null, listener.Key))];
        return seen.Length == 0 ? null : seen.Length == declared.Length ? declared : seen;
    }

    /// <summary>A rule comes with all of its hosts where one of them is seen, on whatever port.</summary>
    public bool Imports(VirtualServiceConfiguration rule)
    {
        foreach (var host in rule.Hosts)
        {
            var name = HostNames.Resolve(host, rule.Metadata.Namespace, _domain);
            if (Array.Exists(_listeners, listener => listener.Overlaps(rule.Metadata.Namespace, name)))
            {
                return true;
            }
        }

        return false;
    }
}
