using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using Mesh.Client.Model;

namespace Mesh.Client.Transport;

/// <summary>
/// How connections are made for one kind of client: what its own primary handler asks for, less what happens above the mesh (redirects,
/// cookies) or has no meaning to an endpoint (proxy). Equality decides whether clients share connections, so that a handler rebuilt by
/// IHttpClientFactory every two minutes keeps those it had.
/// </summary>
internal sealed record TransportPolicy
{
    private static readonly TimeSpan DefaultPingTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Null where the mesh may not own the connections: the application's own handler then sends, with the authority rewritten.</summary>
    public static TransportPolicy? FromPrimaryHandler(HttpMessageHandler? handler)
    {
        if (TransportOwnership.ObstacleOf(handler) is not null)
        {
            return null;
        }

        return handler switch
        {
            SocketsHttpHandler sockets => From(sockets, TlsSettings.From(sockets.SslOptions)),
            HttpClientHandler client => From(client),
            _ => null,
        };
    }

    public required DecompressionMethods AutomaticDecompression { get; init; }

    public required bool EnableMultipleHttp2Connections { get; init; }

    public required TimeSpan Expect100ContinueTimeout { get; init; }

    public required int InitialHttp2StreamWindowSize { get; init; }

    public required TimeSpan KeepAlivePingDelay { get; init; }

    public required HttpKeepAlivePingPolicy KeepAlivePingPolicy { get; init; }

    public required TimeSpan KeepAlivePingTimeout { get; init; }

    public required int MaxConnectionsPerServer { get; init; }

    public required int MaxResponseDrainSize { get; init; }

    public required int MaxResponseHeadersLength { get; init; }

    public required IMeterFactory? MeterFactory { get; init; }

    public required TimeSpan PooledConnectionIdleTimeout { get; init; }

    public required TimeSpan PooledConnectionLifetime { get; init; }

    public required DistributedContextPropagator? Propagator { get; init; }

    public required HeaderEncodingSelector<HttpRequestMessage>? RequestHeaderEncodingSelector { get; init; }

    public required HeaderEncodingSelector<HttpRequestMessage>? ResponseHeaderEncodingSelector { get; init; }

    public required TimeSpan ResponseDrainTimeout { get; init; }

    public required TlsSettings Tls { get; init; }

    /// <summary>The client's own limit; the shorter of it and the cluster's counts.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>A handler for one endpoint; the caller sets its ConnectCallback.</summary>
    public SocketsHttpHandler CreateHandler(ConnectionPolicy cluster)
    {
        var pings = cluster.Http2KeepAlive;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = AutomaticDecompression,
            ConnectTimeout = ConnectTimeout > TimeSpan.Zero && ConnectTimeout < cluster.ConnectTimeout ? ConnectTimeout : cluster.ConnectTimeout,
            EnableMultipleHttp2Connections = EnableMultipleHttp2Connections,
            Expect100ContinueTimeout = Expect100ContinueTimeout,
            InitialHttp2StreamWindowSize = InitialHttp2StreamWindowSize,
            KeepAlivePingDelay = pings?.Interval ?? KeepAlivePingDelay,
            KeepAlivePingPolicy = pings is null ? KeepAlivePingPolicy : HttpKeepAlivePingPolicy.Always,
            KeepAlivePingTimeout = pings is null ? KeepAlivePingTimeout : pings.Timeout ?? DefaultPingTimeout,
            MaxConnectionsPerServer = MaxConnectionsPerServer,
            MaxResponseDrainSize = MaxResponseDrainSize,
            MaxResponseHeadersLength = MaxResponseHeadersLength,
            MeterFactory = MeterFactory,
            PooledConnectionIdleTimeout = cluster.IdleTimeout ?? PooledConnectionIdleTimeout,
            PooledConnectionLifetime = LifetimeFor(cluster),
            ActivityHeadersPropagator = Propagator,
            RequestHeaderEncodingSelector = RequestHeaderEncodingSelector,
            ResponseHeaderEncodingSelector = ResponseHeaderEncodingSelector,
            ResponseDrainTimeout = ResponseDrainTimeout,
        };
        Tls.ApplyTo(handler.SslOptions);
        return handler;
    }

    /// <summary>A connection that is to carry one call is one that has no life after it; of two limits the shorter counts.</summary>
    private TimeSpan LifetimeFor(ConnectionPolicy cluster)
    {
        if (cluster.MaxRequests == 1)
        {
            return TimeSpan.Zero;
        }

        return cluster.MaxDuration is { } duration && (PooledConnectionLifetime == Timeout.InfiniteTimeSpan || duration < PooledConnectionLifetime)
            ? duration
            : PooledConnectionLifetime;
    }

    /// <summary>It sends through a SocketsHttpHandler inside it, which has the default of every setting that has no counterpart here.</summary>
    private static TransportPolicy From(HttpClientHandler client)
    {
        using var sockets = new SocketsHttpHandler
        {
            AutomaticDecompression = client.AutomaticDecompression,
            MaxConnectionsPerServer = client.MaxConnectionsPerServer,
            MaxResponseHeadersLength = client.MaxResponseHeadersLength,
            MeterFactory = client.MeterFactory,
        };
        return From(sockets, TlsSettings.From(client));
    }

    private static TransportPolicy From(SocketsHttpHandler sockets, TlsSettings tls) => new()
    {
        AutomaticDecompression = sockets.AutomaticDecompression,
        EnableMultipleHttp2Connections = sockets.EnableMultipleHttp2Connections,
        Expect100ContinueTimeout = sockets.Expect100ContinueTimeout,
        InitialHttp2StreamWindowSize = sockets.InitialHttp2StreamWindowSize,
        KeepAlivePingDelay = sockets.KeepAlivePingDelay,
        KeepAlivePingPolicy = sockets.KeepAlivePingPolicy,
        KeepAlivePingTimeout = sockets.KeepAlivePingTimeout,
        MaxConnectionsPerServer = sockets.MaxConnectionsPerServer,
        MaxResponseDrainSize = sockets.MaxResponseDrainSize,
        MaxResponseHeadersLength = sockets.MaxResponseHeadersLength,
        MeterFactory = sockets.MeterFactory,
        PooledConnectionIdleTimeout = sockets.PooledConnectionIdleTimeout,
        PooledConnectionLifetime = sockets.PooledConnectionLifetime,
        Propagator = sockets.ActivityHeadersPropagator,
        RequestHeaderEncodingSelector = sockets.RequestHeaderEncodingSelector,
        ResponseHeaderEncodingSelector = sockets.ResponseHeaderEncodingSelector,
        ResponseDrainTimeout = sockets.ResponseDrainTimeout,
        Tls = tls,
        ConnectTimeout = sockets.ConnectTimeout,
    };
}
