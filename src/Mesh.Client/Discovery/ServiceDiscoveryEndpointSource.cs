using System.Net;
using System.Net.Sockets;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Discovery;

/// <summary>The providers of Microsoft.Extensions.ServiceDiscovery that the application has registered.</summary>
internal sealed class ServiceDiscoveryEndpointSource(ServiceEndpointResolver resolver) : IEndpointSource
{
    /// <summary>The resolver lets go of services that are not asked for, and their change tokens with them.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(60);

    // Equal labels stay one object from answer to answer, so that nothing seems to have changed.
    private readonly LabelSets _labels = new();

    public async ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
    {
        // Providers look a service up by scheme as well, and one endpoint set serves all calls: plain HTTP first, as that is what meshed services speak.
        var query = question.Name.Contains("://", StringComparison.Ordinal) ? question.Name : $"http+https://{question.Name}";
        var found = await resolver.GetEndpointsAsync(query, cancellationToken).ConfigureAwait(false);
        var endpoints = new List<Endpoint>(found.Endpoints.Count);
        lock (_labels)
        {
            foreach (var entry in found.Endpoints)
            {
                if (Read(entry.EndPoint) is { } endpoint)
                {
                    endpoints.Add(Describe(endpoint, entry.Features));
                }
            }
        }

        if (endpoints.Count == 0 && found.Endpoints.Count > 0)
        {
            throw new DiscoveryException(
                $"The service discovery providers answered {found.Endpoints.Count} endpoints for {question.Name}, of which none is an address"
                + $" (the first is {found.Endpoints[0].EndPoint}). Allowed are IP, DNS, URI and Unix socket endpoints.");
        }

        return new EndpointAnswer(endpoints, AskAgainAfter)
        {
            ChangeToken = found.ChangeToken,
            Explanation = $"The service discovery providers know no endpoints for {question.Name}.",
        };
    }

    /// <summary>What a provider tells beyond the address: as a <see cref="MeshEndpoint"/>, whose own address does not count, or as texts by name.</summary>
    private Endpoint Describe(Endpoint endpoint, IFeatureCollection features)
        => features.Get<MeshEndpoint>() is { } described
            ? endpoint with
            {
                Labels = described.Labels.Count == 0 ? endpoint.Labels : _labels.Get(described.Labels),
                Locality = described.Locality,
                Weight = described.Weight,
                Priority = described.Priority,
                IsDraining = described.State == MeshEndpointState.Draining,
            }
            : features.Get<IReadOnlyDictionary<string, string>>() is { Count: > 0 } metadata ? endpoint with { Labels = _labels.Get(metadata) }
            : endpoint;

    private static Endpoint? Read(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint ip => EndpointAddress.FromIp(ip.Address, ip.Port),
        DnsEndPoint dns => ReadHost(dns.Host, dns.Port),
        UnixDomainSocketEndPoint unix => EndpointAddress.TryParse($"unix:{unix}", out var endpoint) ? endpoint : null,
        // The providers' own endpoint type prints as its URI. The URI's port is explicit or that of its scheme.
        _ => Uri.TryCreate(endPoint.ToString(), UriKind.Absolute, out var uri) ? ReadHost(uri.IdnHost, Math.Max(0, uri.Port)) : null,
    };

    private static Endpoint? ReadHost(string host, int port) =>
        EndpointAddressText.TryParseIp(host.Trim('[', ']'), out var address) ? EndpointAddress.FromIp(address, port)
        : EndpointAddressText.IsName(host) ? EndpointAddress.FromName(host, port)
        : null;
}
