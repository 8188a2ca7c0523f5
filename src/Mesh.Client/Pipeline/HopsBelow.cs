using Mesh.Client.Model;
using Mesh.Client.Transport;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Pipeline;

/// <summary>Redirects and cookies of a primary handler that sends by itself: there they mean one endpoint, and not the service.</summary>
internal static class HopsBelow
{
    /// <summary>The settings that would have to change, such as <c>UseCookies = false</c>; null where the handler does neither, or where no host
    /// is known and it gets every call untouched.</summary>
    public static string? SettingsOf(HttpMessageHandler? primary, MeshSnapshot snapshot)
    {
        if (snapshot is { Hosts.Count: 0, Wildcards.Count: 0 })
        {
            return null;
        }

        var (redirects, cookies) = Innermost(primary) switch
        {
            SocketsHttpHandler sockets => (sockets.AllowAutoRedirect, sockets.UseCookies),
            HttpClientHandler client => (client.AllowAutoRedirect, client.UseCookies),
            _ => (false, false),
        };
        return (redirects, cookies) switch
        {
            (true, true) => "AllowAutoRedirect = false and UseCookies = false",
            (true, false) => "AllowAutoRedirect = false",
            (false, true) => "UseCookies = false",
            _ => null,
        };
    }

    public static void Warn(ILogger logger, string client, HttpMessageHandler primary, string settings)
        => PipelineLog.HopsBelowTheMesh(logger, client, TransportOwnership.ObstacleOf(primary)!, settings);

    private static HttpMessageHandler? Innermost(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler outer)
        {
            handler = outer.InnerHandler;
        }

        return handler;
    }
}
