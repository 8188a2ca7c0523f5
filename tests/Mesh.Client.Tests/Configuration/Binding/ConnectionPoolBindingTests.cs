using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class ConnectionPoolBindingTests
{
    [Fact]
    public void Load_reads_every_field()
    {
        var document = Loading.Destination("""
            trafficPolicy:
              connectionPool:
                tcp:
                  maxConnections: 100
                  connectTimeout: 30ms
                  maxConnectionDuration: 1h
                  idleTimeout: 10m
                  tcpKeepalive: { probes: 3, time: 7200s, interval: 75s }
                http:
                  http1MaxPendingRequests: 10
                  http2MaxRequests: 1000
                  maxRequestsPerConnection: 5
                  maxRetries: 3
                  idleTimeout: 5m
                  maxConcurrentStreams: 20
                  h2UpgradePolicy: UPGRADE
                  http2KeepAlive: { interval: 30s, timeout: 5s }

            """);

        Loading.Clean(document);
        Assert.Equal(
            new ConnectionPoolConfiguration
            {
                ConnectTimeout = TimeSpan.FromMilliseconds(30),
                MaxConnections = 100,
                MaxConnectionDuration = TimeSpan.FromHours(1),
                IdleTimeout = TimeSpan.FromMinutes(5),
                TcpKeepAlive = new() { Probes = 3, Time = TimeSpan.FromHours(2), Interval = TimeSpan.FromSeconds(75) },
                MaxPendingRequests = 10,
                MaxRequests = 1000,
                MaxRequestsPerConnection = 5,
                MaxRetries = 3,
                MaxConcurrentStreams = 20,
                UpgradesToHttp2 = true,
                Http2KeepAlive = new() { Interval = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromSeconds(5) },
            },
            Loading.FirstDestination(document).TrafficPolicy!.ConnectionPool);
    }

    [Theory]
    [InlineData("tcp: { idleTimeout: 0s }", -1)]
    [InlineData("tcp: { idleTimeout: 0s }, http: { idleTimeout: 5s }", 5_000)]
    [InlineData("tcp: { idleTimeout: 3s }, http: { idleTimeout: 0s }", 3_000)]
    [InlineData("http: { idleTimeout: 7s }", 7_000)]
    public void Load_an_idle_time_of_nothing_is_for_ever_and_the_shorter_of_two_counts(string pool, int milliseconds)
        => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Loading.FirstDestination(Pool(pool)).TrafficPolicy!.ConnectionPool!.IdleTimeout);

    [Theory]
    [InlineData("tcp: { maxConnections: -1 }", FindingCodes.OutOfRange, "tcp.maxConnections")]
    [InlineData("tcp: { maxConnections: 99999999999 }", FindingCodes.OutOfRange, "tcp.maxConnections")]
    [InlineData("tcp: { idleTimeout: 0 }", FindingCodes.BadDuration, "tcp.idleTimeout")]
    [InlineData("tcp: { idleTimeout: -1s }", FindingCodes.BadDuration, "tcp.idleTimeout")]
    [InlineData("tcp: { connectTimeout: 0s }", FindingCodes.BadDuration, "tcp.connectTimeout")]
    [InlineData("tcp: { tcpKeepalive: { probes: 0 } }", FindingCodes.OutOfRange, "tcp.tcpKeepalive.probes")]
    [InlineData("tcp: { tcpKeepalive: { time: 10h } }", FindingCodes.BadDuration, "tcp.tcpKeepalive.time")]
    [InlineData("http: { maxRequestsPerConnection: 536870913 }", FindingCodes.OutOfRange, "http.maxRequestsPerConnection")]
    [InlineData("http: { h2UpgradePolicy: MAYBE }", FindingCodes.UnknownValue, "http.h2UpgradePolicy")]
    [InlineData("http: { h2UpgradePolicy: UPGRADE, useClientProtocol: true }", FindingCodes.Conflict, "http.useClientProtocol")]
    [InlineData("http: { http2KeepAlive: { timeout: 5s } }", FindingCodes.MissingField, "http.http2KeepAlive")]
    [InlineData("tls: {}", FindingCodes.UnknownField, "tls")]
    public void Load_a_pool_with_a_mistake_is_refused(string pool, string code, string path)
        => Loading.Refused(Pool(pool), code, "spec.trafficPolicy.connectionPool." + path);

    [Theory]
    [InlineData("maxConcurrentStreams")]
    [InlineData("http1MaxPendingRequests")]
    public void Load_a_limit_that_needs_connections_beside_it_is_told(string field)
        => Loading.Informed(
            Pool($"http: {{ {field}: 5 }}"), FindingCodes.LimitWithoutEffect, "spec.trafficPolicy.connectionPool.http." + field);

    private static LoadedDocument Pool(string pool) => Loading.Destination($"trafficPolicy: {{ connectionPool: {{ {pool} }} }}\n");
}
