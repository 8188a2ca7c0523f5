using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>
/// Which questions tell the endpoints of a service, and what their answers come to. Mostly that is one question, whose answer is the list.
/// Where rules give endpoints by name, each name is a question of its own, and every address found carries what is written of its name.
/// </summary>
internal sealed class EndpointPlan
{
    /// <summary>More than any service has; each is asked for at the pace of its own time to live.</summary>
    public const int MaximumNames = 1_000;

    private readonly IReadOnlyList<Endpoint>? _written;
    private readonly IReadOnlyList<int[]>? _portsOf;
    private readonly Dictionary<string, EndpointQuestion> _byName = new(StringComparer.Ordinal);

    public EndpointPlan(ServiceModel service)
    {
        if (service.Discovery == DiscoveryKind.DnsSrv)
        {
            (Questions, _portsOf) = AskByPort(service);
            return;
        }

        if (service.Discovery != DiscoveryKind.Dns || service.Endpoints.Count == 0)
        {
            var isListed = service.Discovery.Kind is DiscoveryKind.Static or DiscoveryKind.None;
            Questions =
            [
                new EndpointQuestion(service.Name, service.Discovery, service.DiscoveryName, isListed ? service.Endpoints : [])
                {
                    Query = service.Discovery.Kind == DiscoveryKind.Source ? QueryOf(service) : null,
                },
            ];
            return;
        }

        _written = service.Endpoints;
        foreach (var endpoint in _written)
        {
            if (IsAddress(endpoint) || _byName.ContainsKey(endpoint.Host))
            {
                continue;
            }

            if (_byName.Count == MaximumNames)
            {
                IsCut = true;
                break;
            }

            _byName.Add(endpoint.Host, new EndpointQuestion(service.Name, DiscoveryKind.Dns, endpoint.Host, []));
        }

        Questions = [.. _byName.Values];
    }

    /// <summary>Each once. None where the rules give nothing but addresses.</summary>
    public IReadOnlyList<EndpointQuestion> Questions { get; }

    /// <summary>There are more names than are asked for.</summary>
    public bool IsCut { get; }

    /// <summary>The endpoints in the order of the rules, or of the one answer. An address may come twice, where two names have it; of one
    /// cluster the one that is written first is the one that counts.</summary>
    /// <param name="addressesOf">What is known of a question.</param>
    public IReadOnlyList<Endpoint> Compose(Func<EndpointQuestion, IReadOnlyList<Endpoint>> addressesOf)
    {
        if (_portsOf is { Count: > 1 })
        {
            return [.. _portsOf.SelectMany((ports, index) => addressesOf(Questions[index]).Select(endpoint => endpoint with { ServicePorts = ports }))];
        }

        if (_written is null)
        {
            return addressesOf(Questions[0]);
        }

        var endpoints = new List<Endpoint>();
        foreach (var written in _written)
        {
            // One more than are used, so that it shows that there are too many.
            var room = EndpointView.MaximumEndpoints + 1 - endpoints.Count;
            if (IsAddress(written))
            {
                endpoints.AddRange(room > 0 ? [written] : []);
            }
            else if (_byName.TryGetValue(written.Host, out var question))
            {
                endpoints.AddRange(addressesOf(question).Take(room).Select(address => Describe(address, written)));
            }
        }

        return endpoints;
    }

    private static MeshEndpointQuery QueryOf(ServiceModel service)
        => new(service.DiscoveryName, service.Name, service.Namespace, [.. service.Ports.Select(port => new MeshServicePort(port.Number, port.Name))]);

    /// <summary>SRV records are kept by the names of ports: <c>_http._tcp.reviews</c>. Ports without a name share the question by the service's name,
    /// and a name that begins like that is taken as it is.</summary>
    private static (IReadOnlyList<EndpointQuestion> Questions, IReadOnlyList<int[]> PortsOf) AskByPort(ServiceModel service)
    {
        if (service.DiscoveryName.StartsWith('_') || service.Ports.Length == 0)
        {
            return ([new EndpointQuestion(service.Name, DiscoveryKind.DnsSrv, service.DiscoveryName, [])], [[]]);
        }

        var ports = service.Ports.GroupBy(port => port.Name?.ToLowerInvariant()).ToList();
        return (
            [.. ports.Select(port => new EndpointQuestion(
                service.Name, DiscoveryKind.DnsSrv, port.Key is null ? service.DiscoveryName : $"_{port.Key}._tcp.{service.DiscoveryName}", []))],
            [.. ports.Select(port => port.Select(entry => entry.Number).ToArray())]);
    }

    private static bool IsAddress(Endpoint endpoint) => endpoint.UnixPath is not null || EndpointAddressText.TryParseIp(endpoint.Host, out _);

    private static Endpoint Describe(Endpoint address, Endpoint written)
    {
        var endpoint = written.Port == 0 ? address : EndpointAddress.FromIp(IPAddress.Parse(address.Host), written.Port);
        return endpoint with
        {
            Labels = written.Labels,
            Locality = written.Locality,
            Weight = written.Weight,
            ServicePorts = written.ServicePorts,
        };
    }
}
