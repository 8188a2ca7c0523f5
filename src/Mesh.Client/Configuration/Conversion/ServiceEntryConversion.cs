using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>An entry of <c>Services</c> as the spec of a ServiceEntry, where that says the same.</summary>
internal static class ServiceEntryConversion
{
    /// <summary>What a ServiceEntry cannot say, as the end of a sentence; null where it can say all.</summary>
    public static string? FindObstacle(ServiceConfiguration service, MeshConfiguration configuration)
    {
        var discovery = Discovery(service, configuration);
        if (service.Ports.Count == 0)
        {
            return "without Ports it takes every port, and a ServiceEntry lists them";
        }

        return discovery.Kind switch
        {
            DiscoveryKind.Static when service.Endpoints.Count == 0 => "it is Static and has no endpoints",
            DiscoveryKind.Static or DiscoveryKind.Dns when (long)service.Endpoints.Count * service.Ports.Count > ReaderLimits.Values => "every endpoint would have to repeat its many ports",
            DiscoveryKind.Static => FindSocketObstacle(service),
            DiscoveryKind.Dns when service.DiscoveryName is not null && service.Endpoints.Count == 0 => "it is looked up by another name, and a ServiceEntry by its host",
            DiscoveryKind.Dns => FindLookupObstacle(service),
            _ => $"a ServiceEntry knows no discovery {discovery}",
        };
    }

    /// <summary>For a service without obstacle.</summary>
    public static void AddSpec(ServiceConfiguration service, MeshConfiguration configuration, ConfigurationNode root)
    {
        var at = service.Node.Position;
        var spec = root.AddProperty("spec", NodeKind.Mapping, null, at);
        spec.AddProperty("hosts", NodeKind.Sequence, null, at).AddItem(NodeKind.String, Host(service.Metadata, configuration), at);
        // Always, since what Istio takes where it is missing is the other one.
        spec.AddProperty("location", NodeKind.String, service.External ? "MESH_EXTERNAL" : "MESH_INTERNAL", at);
        spec.AddProperty("resolution", NodeKind.String, Resolution(service, configuration), at);
        var names = PortNames(service);
        var ports = spec.AddProperty("ports", NodeKind.Sequence, null, at);
        foreach (var (port, name) in service.Ports.Zip(names))
        {
            AddPort(port, name, ports.AddItem(NodeKind.Mapping, null, at));
        }

        if (service.Endpoints.Count == 0)
        {
            return;
        }

        var endpoints = spec.AddProperty("endpoints", NodeKind.Sequence, null, at);
        foreach (var endpoint in service.Endpoints)
        {
            AddEndpoint(endpoint, names, endpoints.AddItem(NodeKind.Mapping, null, endpoint.Node.Position));
        }
    }

    private static DiscoveryChoice Discovery(ServiceConfiguration service, MeshConfiguration configuration)
        => service.Discovery ?? (service.Endpoints.Count > 0 ? DiscoveryKind.Static : configuration.DefaultDiscovery);

    private static string Host(ResourceMetadata metadata, MeshConfiguration configuration)
        => metadata.Name.Contains('.', StringComparison.Ordinal)
            ? metadata.Name
            : $"{metadata.Name}.{(metadata.Namespace.Length > 0 ? metadata.Namespace : configuration.Namespace)}.svc.{configuration.Domain}";

    /// <summary>STATIC allows addresses alone; names of endpoints are looked up under DNS.</summary>
    private static string Resolution(ServiceConfiguration service, MeshConfiguration configuration)
        => Discovery(service, configuration) == DiscoveryKind.Static && service.Endpoints.All(endpoint => !IsName(Parse(endpoint))) ? "STATIC" : "DNS";

    private static string? FindSocketObstacle(ServiceConfiguration service)
    {
        var paths = service.Endpoints.Select(endpoint => Parse(endpoint).UnixPath).OfType<string>().ToList();
        if (paths.Count > 0 && (service.Ports.Count > 1 || paths.Count < service.Endpoints.Count))
        {
            return "Unix sockets stand in a ServiceEntry with one port and no other addresses";
        }

        return paths.Find(path => !path.StartsWith('/')) is { } relative ? $"the path {FindingSink.Quote(relative)} of a Unix socket is not absolute" : null;
    }

    private static string? FindLookupObstacle(ServiceConfiguration service)
        => service.Endpoints.Any(endpoint => Parse(endpoint).UnixPath is not null) ? "Unix sockets do not stand in a ServiceEntry beside names that are looked up" : null;

    /// <summary>A ServiceEntry asks for names; one that is made up has no meaning to either side.</summary>
    private static List<string> PortNames(ServiceConfiguration service)
    {
        var names = service.Ports.Select(port => port.Name).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        var all = new List<string>();
        foreach (var port in service.Ports)
        {
            var name = port.Name ?? string.Create(CultureInfo.InvariantCulture, $"port-{port.Number}");
            while (port.Name is null && !names.Add(name))
            {
                name += "-0";
            }

            all.Add(name);
        }

        return all;
    }

    private static void AddPort(PortConfiguration port, string name, ConfigurationNode node)
    {
        AddNumber(node, "number", port.Number);
        node.AddProperty("name", NodeKind.String, name, node.Position);
        if (port.Protocol is { } protocol)
        {
            node.AddProperty("protocol", NodeKind.String, protocol, node.Position);
        }

        if (port.TargetPort is { } target)
        {
            AddNumber(node, "targetPort", target);
        }
    }

    private static void AddEndpoint(EndpointConfiguration endpoint, List<string> portNames, ConfigurationNode node)
    {
        var address = Parse(endpoint);
        node.AddProperty("address", NodeKind.String, address.UnixPath is { } path ? "unix://" + path : address.Host, node.Position);
        if (address.Port > 0)
        {
            var ports = node.AddProperty("ports", NodeKind.Mapping, null, node.Position);
            portNames.ForEach(name => AddNumber(ports, name, address.Port));
        }

        if (endpoint.Labels.Count > 0)
        {
            var labels = node.AddProperty("labels", NodeKind.Mapping, null, node.Position);
            foreach (var (key, value) in endpoint.Labels)
            {
                labels.AddProperty(key, NodeKind.String, value, node.Position);
            }
        }

        if (endpoint.Locality is { } locality)
        {
            node.AddProperty("locality", NodeKind.String, locality, node.Position);
        }

        if (endpoint.Weight != 1)
        {
            AddNumber(node, "weight", endpoint.Weight);
        }
    }

    private static void AddNumber(ConfigurationNode node, string name, int value)
        => node.AddProperty(name, NodeKind.Number, value.ToString(CultureInfo.InvariantCulture), node.Position);

    private static EndpointAddressText Parse(EndpointConfiguration endpoint)
        => EndpointAddressText.TryParse(endpoint.Address, out var parts, out _) ? parts : default;

    private static bool IsName(EndpointAddressText address) => address.UnixPath is null && !EndpointAddressText.TryParseIp(address.Host, out _);
}
