using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Mesh.Client.Configuration;

namespace Mesh.Client.Discovery.Dns;

/// <summary>Asks name servers for addresses of one family. Turns everything that can come back into a <see cref="DnsReply"/>.</summary>
internal sealed class DnsQuestioner
{
    private const int DefaultPort = 53;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly LookupClient _client;

    /// <exception cref="DiscoveryException">No name server to ask.</exception>
    public DnsQuestioner(DnsConfiguration configuration)
    {
        var servers = ReadServers(configuration);
        _client = new LookupClient(new LookupClientOptions(servers)
        {
            // The watcher is the cache; this one would hide changes and its own TTL.
            UseCache = false,
            Timeout = Timeout,
            Retries = 1,
            ContinueOnEmptyResponse = false,
            ThrowDnsErrors = false,
            EnableAuditTrail = false,
        });
    }

    public async Task<DnsReply> AskAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        var type = family == AddressFamily.InterNetworkV6 ? QueryType.AAAA : QueryType.A;
        try
        {
            var response = await _client.QueryAsync(name, type, cancellationToken: cancellationToken).ConfigureAwait(false);
            return response.Header.ResponseCode switch
            {
                DnsHeaderResponseCode.NoError => ReadAnswer(response, family),
                DnsHeaderResponseCode.NotExistentDomain => new DnsReply([], NegativeValidity(response), null),
                var code => DnsReply.Failed($"{response.NameServer} answered {code} to {type} {name.TrimEnd('.')}"),
            };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (exception is DnsResponseException or SocketException or OperationCanceledException)
        {
            return DnsReply.Failed($"{type} {name.TrimEnd('.')} was not answered: {exception.Message}");
        }
    }

    private static DnsReply ReadAnswer(IDnsQueryResponse response, AddressFamily family)
    {
        var addresses = new List<IPAddress>();
        var seconds = int.MaxValue;
        foreach (var record in response.Answers)
        {
            // The aliases on the way count too: when one of them moves, so do the addresses.
            seconds = Math.Min(seconds, Math.Max(0, record.InitialTimeToLive));
            if (record is AddressRecord { Address: { } address } && address.AddressFamily == family && CanBeDialled(address))
            {
                addresses.Add(address);
            }
        }

        return addresses.Count > 0
            ? new DnsReply(addresses, TimeSpan.FromSeconds(seconds), null)
            : new DnsReply([], NegativeValidity(response), null);
    }

    /// <summary>RFC 2308: the lesser of the SOA record's own time to live and its last field.</summary>
    private static TimeSpan NegativeValidity(IDnsQueryResponse response) =>
        response.Authorities.OfType<SoaRecord>().FirstOrDefault() is { } soa
            ? TimeSpan.FromSeconds(Math.Min((uint)Math.Max(0, soa.InitialTimeToLive), soa.Minimum))
            : TimeSpan.Zero;

    /// <summary>Filters of unwanted names answer 0.0.0.0; a call there would reach this very machine.</summary>
    private static bool CanBeDialled(IPAddress address) =>
        !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && !address.IsIPv6Multicast && (address.AddressFamily != AddressFamily.InterNetwork || address.GetAddressBytes()[0] is < 224 or > 239);

    private static NameServer[] ReadServers(DnsConfiguration configuration)
    {
        // Never a public server in place of none: internal names are nobody else's business.
        var servers = configuration.NameServers.Count > 0
            ? [.. configuration.NameServers.Select(ReadServer)]
            : NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false).ToArray();
        return servers.Length > 0
            ? servers
            : throw new DiscoveryException("The operating system names no DNS server. Set Mesh:Dns:NameServers to ip or ip:port.");
    }

    private static NameServer ReadServer(string text) =>
        IPEndPoint.TryParse(text, out var server)
            ? new NameServer(server.Address, server.Port == 0 ? DefaultPort : server.Port)
            : throw new DiscoveryException($"Mesh:Dns:NameServers has \"{text}\", which is neither ip nor ip:port.");
}
