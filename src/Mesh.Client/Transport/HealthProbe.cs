using System.Net;
using System.Net.Http.Headers;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Security;

namespace Mesh.Client.Transport;

/// <summary>
/// Asks an endpoint by HTTP, gRPC or TCP over connections that are made as those of calls are: to the same address, with the TLS of the
/// cluster's rules. Never through a handler of the application; untraced, since a check belongs to no request.
/// </summary>
internal sealed class HealthProbe(TransportPool transports) : IHealthProbe
{
    public const string FailHeader = "x-envoy-immediate-health-check-fail";

    private readonly TransportPolicy _policy = MakePolicy(transports);

    public async ValueTask<HealthCheckResult> CheckAsync(
        ClusterState cluster, EndpointState endpoint, HealthCheckProtocol protocol, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(cluster, endpoint, protocol, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is CertificateFileException or { InnerException: CertificateFileException })
        {
            return HealthCheckResult.NotAsked(exception.Message);
        }
    }

    private ValueTask<HealthCheckResult> AskAsync(
        ClusterState cluster, EndpointState endpoint, HealthCheckProtocol protocol, CancellationToken cancellationToken) => protocol switch
        {
            HttpHealthCheck http => CheckAsync(cluster, endpoint, http, cancellationToken),
            GrpcHealthCheck grpc => CheckAsync(cluster, endpoint, grpc, cancellationToken),
            TcpHealthCheck tcp => TcpProbe.CheckAsync(cluster, endpoint, tcp, transports.TimeProvider, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "A health check without a probe."),
        };

    private async ValueTask<HealthCheckResult> CheckAsync(
        ClusterState cluster, EndpointState endpoint, HttpHealthCheck check, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(check.Method), AddressOf(cluster, check.Host, check.Path));
        if (SpeaksHttp2(cluster))
        {
            UseHttp2(request);
        }

        foreach (var line in check.RequestHeaders.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 2)..]);
        }

        using var call = Begin(cluster, endpoint);
        using var response = await call.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        if (SaysToFail(response))
        {
            return HealthCheckResult.Unhealthy($"status {status} with {FailHeader}");
        }

        return check.ExpectedStatuses.Contains(status) ? HealthCheckResult.Passed
            : check.RetriableStatuses?.Contains(status) == true ? HealthCheckResult.Failed($"status {status}")
            : HealthCheckResult.Unhealthy($"status {status}");
    }

    private async ValueTask<HealthCheckResult> CheckAsync(
        ClusterState cluster, EndpointState endpoint, GrpcHealthCheck check, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(cluster, null, GrpcHealthMessage.Path)) { Content = GrpcHealthMessage.Ask(check.ServiceName) };
        UseHttp2(request);
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var call = Begin(cluster, endpoint);
        using var response = await call.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return SaysToFail(response)
            ? HealthCheckResult.Unhealthy($"an answer with {FailHeader}")
            : await GrpcHealthMessage.ReadAsync(response, cancellationToken).ConfigureAwait(false);
    }

    public static bool SaysToFail(HttpResponseMessage response) => response.Headers.NonValidated.Contains(FailHeader);

    private Call Begin(ClusterState cluster, EndpointState endpoint)
        => new(transports.BeginCall(endpoint, cluster, cluster.Model.Policy, _policy, transports.Now));

    private static Uri AddressOf(ClusterState cluster, string? host, string path)
        => new($"{(SpeaksTls(cluster) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{host ?? cluster.Key.Service}{path}");

    private static void UseHttp2(HttpRequestMessage request)
        => (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

    /// <summary>As the name of the port tells in Istio.</summary>
    private static bool SpeaksTls(ClusterState cluster) => cluster.Model.Policy.Tls is not null || IsNamed(cluster, "https");

    private static bool SpeaksHttp2(ClusterState cluster) => cluster.Model.Policy.UpgradesToHttp2 || IsNamed(cluster, "http2") || IsNamed(cluster, "grpc");

    private static bool IsNamed(ClusterState cluster, string protocol)
        => cluster.Model.Port?.Name is { } name && (name == protocol || name.StartsWith(protocol + "-", StringComparison.Ordinal));

    private static TransportPolicy MakePolicy(TransportPool transports)
    {
        using var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        return transports.Intern(TransportPolicy.FromPrimaryHandler(handler)!);
    }

    private readonly struct Call(EndpointTransport transport) : IDisposable
    {
        public EndpointTransport Transport { get; } = transport;

        public void Dispose() => Transport.EndCall();
    }
}
