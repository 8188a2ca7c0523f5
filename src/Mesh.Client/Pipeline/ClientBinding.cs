using System.Net;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>What the mesh needs to know of one client: how its connections are made and what its primary handler does above them.</summary>
internal sealed class ClientBinding
{
    /// <summary>By which log messages name the client.</summary>
    public string Name { get; init; } = nameof(MeshClient.CreateHandler);

    /// <summary>Null: the application's own handler sends, with the authority rewritten.</summary>
    public TransportPolicy? Transport { get; init; }

    /// <summary>The client's cookies; null where it uses none or its own handler keeps them.</summary>
    public CookieContainer? Cookies { get; init; }

    /// <summary>How many redirects are followed; 0 where the client does not or its own handler does.</summary>
    public int MaxRedirects { get; init; }

    /// <summary>Who writes the trace context of a call that has an Activity.</summary>
    public TraceWriter TraceWriter { get; init; } = TraceWriter.Mesh;

    public static ClientBinding For(HttpMessageHandler? primary, TransportPool pool, string name = nameof(MeshClient.CreateHandler))
    {
        var policy = TransportPolicy.FromPrimaryHandler(primary);
        if (policy is null)
        {
            return new ClientBinding
            {
                Name = name,
                TraceWriter = primary switch
                {
                    SocketsHttpHandler own => MeshPropagator.WriterOf(own.ActivityHeadersPropagator),
                    HttpClientHandler => TraceWriter.Transport,
                    _ => TraceWriter.Mesh,
                },
            };
        }

        return new ClientBinding
        {
            Name = name,
            Transport = pool.Intern(policy),
            TraceWriter = MeshPropagator.WriterOf(policy.Propagator),
            Cookies = primary switch
            {
                SocketsHttpHandler { UseCookies: true } sockets => sockets.CookieContainer,
                HttpClientHandler { UseCookies: true } client => client.CookieContainer,
                _ => null,
            },
            MaxRedirects = primary switch
            {
                SocketsHttpHandler { AllowAutoRedirect: true } sockets => sockets.MaxAutomaticRedirections,
                HttpClientHandler { AllowAutoRedirect: true } client => client.MaxAutomaticRedirections,
                _ => 0,
            },
        };
    }
}
