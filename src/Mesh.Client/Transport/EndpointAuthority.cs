using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Client.Model;

namespace Mesh.Client.Transport;

/// <summary>Where an endpoint of a cluster is dialled: its own port, else the service's target port, else the port the caller wrote.</summary>
internal static class EndpointAuthority
{
    public static int PortOf(Endpoint endpoint, ClusterState cluster) => PortOf(endpoint, cluster.Model, cluster.Key.Port);

    /// <summary>The text under which connections are shared and results name the endpoint: <c>10.0.0.1:80</c>, <c>[::1]:80</c>, <c>unix:/path</c>.</summary>
    public static string Describe(Endpoint endpoint, ClusterState cluster) => Describe(endpoint, cluster.Model, cluster.Key.Port);

    /// <summary>The same where nothing runs yet.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="port">The port the caller wrote.</param>
    public static string Describe(Endpoint endpoint, ClusterModel cluster, int port)
        => endpoint.Port != 0 || endpoint.UnixPath is not null
            ? endpoint.Address
            : string.Create(CultureInfo.InvariantCulture, $"{Bracketed(endpoint.Host)}:{PortOf(endpoint, cluster, port)}");

    public static EndPoint Target(Endpoint endpoint, ClusterState cluster)
    {
        if (endpoint.UnixPath is { } path)
        {
            return new UnixDomainSocketEndPoint(path);
        }

        var port = PortOf(endpoint, cluster);
        return IPAddress.TryParse(endpoint.Host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(endpoint.Host, port);
    }

    private static int PortOf(Endpoint endpoint, ClusterModel cluster, int port)
        => endpoint.Port != 0 ? endpoint.Port : cluster.Port?.TargetPort ?? port;

    private static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;
}
