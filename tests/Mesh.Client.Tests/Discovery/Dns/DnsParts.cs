using Mesh.Client.Configuration;
using Mesh.Client.Discovery.Dns;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>Discovery by DNS, put together as the mesh does it, but by name servers and system files of a test.</summary>
internal sealed class DnsParts
{
    private const string None = "/nonexistent/none";

    public DnsParts(
        string? nameServer = null,
        TimeProvider? timeProvider = null,
        string? resolvConf = null,
        string? hosts = null,
        bool reachesV6 = true,
        ILogger? logger = null)
    {
        timeProvider ??= TimeProvider.System;
        logger ??= NullLogger.Instance;
        Resolver = new DnsResolver(timeProvider, logger, resolvConf ?? None, hosts ?? None);
        Addresses = new DnsAddressFinder(Resolver, timeProvider, logger, () => reachesV6);
        Source = new DnsEndpointSource(Resolver, Addresses);
        Services = new SrvEndpointSource(Resolver, Addresses, logger);
        if (nameServer is not null)
        {
            Resolver.Configure(new DnsConfiguration { NameServers = [nameServer] });
        }
    }

    public DnsResolver Resolver { get; }

    public DnsAddressFinder Addresses { get; }

    public DnsEndpointSource Source { get; }

    public SrvEndpointSource Services { get; }
}
