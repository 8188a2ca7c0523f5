using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client.Transport;

/// <summary>
/// Asks servers for their load as a call would reach them: the same authority, protocol and TLS, over connections of the mesh's own that are made as
/// those of the call's client are. No call: it stands in none of the mesh's counts, carries no context and is not traced.
/// </summary>
/// <param name="transports">The mesh's connections.</param>
/// <param name="cluster">Whose servers are asked.</param>
/// <param name="policy">How the client's connections are made.</param>
/// <param name="call">A request as it goes out to the cluster; it is looked at here only.</param>
internal sealed class LoadProbe(TransportPool transports, ClusterState cluster, TransportPolicy policy, HttpRequestMessage call) : ILoadProbe
{
    private readonly Uri _uri = call.RequestUri!;
    private readonly string? _host = call.Headers.NonValidated.TryGetValues("Host", out var host) ? host.ToString() : null;
    private readonly Version _version = call.Version;
    private readonly HttpVersionPolicy _versionPolicy = call.VersionPolicy;

    // Without a propagator System.Net.Http makes no span. A body that comes in place of a report is not read.
    private readonly TransportPolicy _policy = transports.Intern(policy with { Propagator = null, MaxResponseDrainSize = 0 });

    public bool TryTake() => ClusterResilience.Of(cluster).Budget.TryTakeSpare();

    public async Task<LoadAnswer> AskAsync(EndpointState endpoint, CancellationToken cancellationToken)
    {
        var model = cluster.Model;
        if (model.Refusal is { } refusal)
        {
            throw new HttpRequestException($"cluster {model.Key}: {refusal}");
        }

        using var request = new HttpRequestMessage(HttpMethod.Options, AddressFor(model.Policy)) { Version = _version, VersionPolicy = _versionPolicy };
        request.Headers.TryAddWithoutValidation(LoadReport.HeaderName, LoadReport.Question);
        if (_host is not null)
        {
            request.Headers.TryAddWithoutValidation("Host", _host);
        }

        var transport = transports.BeginCall(endpoint, cluster, model.Policy, _policy, transports.Now);
        try
        {
            using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);

            // What says that it cannot serve is not taken at its word.
            return (int)response.StatusCode >= 500 ? default : LoadAnswer.Of(response);
        }
        finally
        {
            transport.EndCall();
        }
    }

    private Uri AddressFor(ClusterPolicy model)
    {
        var uri = new Uri(_uri, LoadReport.ProbePath);
        return model.Tls is not null && uri.Scheme == Uri.UriSchemeHttp ? AuthorityRewrite.WithTls(uri) : uri;
    }
}
