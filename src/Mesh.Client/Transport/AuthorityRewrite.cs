using System.Globalization;
using Mesh.Client.Model;

namespace Mesh.Client.Transport;

/// <summary>The URI and Host header of a request that the application's own handler sends.</summary>
internal static class AuthorityRewrite
{
    /// <summary>Path and query were made canonical when the caller's URI was parsed, so they are taken over without a second pass.</summary>
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public static Uri Apply(Uri uri, EndpointState endpoint, ClusterState cluster)
    {
        var description = endpoint.Endpoint;
        if (description.UnixPath is not null)
        {
            throw new NotSupportedException(
                $"The endpoint {description.Address} is a Unix socket, which only the mesh's own connections reach; the client has a primary "
                + "handler of its own. Use a plain SocketsHttpHandler or HttpClientHandler for this client, or give the endpoint an address.");
        }

        var text = string.Concat(uri.Scheme, "://", EndpointAuthority.Describe(description, cluster), uri.PathAndQuery);
        return new Uri(text, AsItIs);
    }

    /// <summary>The same address over TLS. Which port it names is moot: the mesh dials.</summary>
    public static Uri WithTls(Uri uri) => new(string.Concat("https://", uri.Authority, uri.PathAndQuery), AsItIs);

    /// <summary>As SocketsHttpHandler would write it: the port only where it is not the scheme's own.</summary>
    public static string HostHeader(Uri uri)
    {
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return uri.IsDefaultPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
    }
}
