using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery.Dns;

/// <summary>Asks for the addresses of both families at once.</summary>
/// <param name="resolver">Whom.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where a family is told of that came late.</param>
/// <param name="reachesV6">Whether this machine has an address by which it can call others over IPv6.</param>
internal sealed class DnsAddressFinder(DnsResolver resolver, TimeProvider timeProvider, ILogger logger, Func<bool> reachesV6)
{
    /// <summary>Once one family has answered, a server that drops questions for the other must not hold up the first call.</summary>
    private static readonly TimeSpan OtherFamilyLimit = TimeSpan.FromSeconds(1);

    /// <param name="name">Absolute.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DiscoveryException">No name server to ask.</exception>
    public async Task<DnsAddresses> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (resolver.ResolvConf.SkipsV6)
        {
            return new(await resolver.FindAsync(name, DnsRecordType.A, cancellationToken).ConfigureAwait(false), DnsReply.NotAsked);
        }

        return WithoutUnreachable(await FindBothAsync(name, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>As resolvers do: on a machine without IPv6 every call to such an address would only fail, and half of all would try.</summary>
    private DnsAddresses WithoutUnreachable(DnsAddresses found) => found.V4.Addresses.Count > 0 && found.V6.Addresses.Count > 0 && !ReachesV6()
        ? found with { V6 = DnsReply.None(found.V6.ValidFor) }
        : found;

    public bool ReachesV6() => reachesV6();

    public static bool HasV6Address()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus != OperationalStatus.Down)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Any(unicast => unicast.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                    && !unicast.Address.IsIPv6LinkLocal && !IPAddress.IsLoopback(unicast.Address));
        }
        catch (Exception exception) when (exception is NetworkInformationException or PlatformNotSupportedException)
        {
            return true;
        }
    }

    private async Task<DnsAddresses> FindBothAsync(string name, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var v4 = resolver.FindAsync(name, DnsRecordType.A, abandon.Token);
        var v6 = resolver.FindAsync(name, DnsRecordType.AAAA, abandon.Token);
        var first = await Task.WhenAny(v4, v6).ConfigureAwait(false);
        var second = first == v4 ? v6 : v4;
        if ((await first.ConfigureAwait(false)).Addresses.Count > 0)
        {
            try
            {
                await second.WaitAsync(OtherFamilyLimit, timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await abandon.CancelAsync().ConfigureAwait(false);
                DiscoveryLog.OtherFamilyLate(logger, name);
                var late = DnsReply.Failed($"{name.TrimEnd('.')} was answered for one address family and not within {OtherFamilyLimit.TotalSeconds} s for the other");
                return second == v6 ? new(await first.ConfigureAwait(false), late) : new(late, await first.ConfigureAwait(false));
            }
        }

        return new(await v4.ConfigureAwait(false), await v6.ConfigureAwait(false));
    }
}
