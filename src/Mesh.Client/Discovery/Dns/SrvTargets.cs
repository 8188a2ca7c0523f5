using System.Net;
using System.Net.Sockets;
using Mesh.Client.Configuration;

namespace Mesh.Client.Discovery.Dns;

/// <summary>Finds the addresses of the hosts that SRV records point to.</summary>
internal sealed class SrvTargets(DnsResolver resolver, DnsAddressFinder addresses)
{
    /// <summary>Hosts of one answer whose addresses are asked for one by one. Servers of the field send addresses along where there are so many.</summary>
    public const int MaximumLookups = 1_000;

    private const int MaximumAtOnce = 32;

    /// <param name="records">The SRV records.</param>
    /// <param name="additionals">What came with them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DiscoveryException">No name server to ask.</exception>
    public async Task<SrvTargetAddresses> FindAsync(IReadOnlyList<DnsRecord> records, IReadOnlyList<DnsRecord> additionals, CancellationToken cancellationToken)
    {
        var found = new SrvTargetAddresses();
        var unknown = new List<string>();
        var sent = Group(additionals);
        foreach (var target in records.Select(record => record.Target).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (!EndpointAddressText.IsName(target))
            {
                found.Fail(target, $"\"{target}\" is no name of a host");
            }
            else if (resolver.Hosts.Find(target) is { Count: > 0 } listed)
            {
                found.Add(target, listed, TimeSpan.MaxValue);
            }
            else if (sent.TryGetValue(target, out var own) && Reachable(own) is { Count: > 0 } reachable)
            {
                found.Add(target, [.. reachable.Select(record => record.Address!)], own.Min(record => record.TimeToLive));
            }
            else
            {
                unknown.Add(target);
            }
        }

        found.LeftOut = Math.Max(0, unknown.Count - MaximumLookups);
        await Parallel.ForEachAsync(
            unknown.Take(MaximumLookups),
            new ParallelOptions { MaxDegreeOfParallelism = MaximumAtOnce, CancellationToken = cancellationToken },
            async (target, stop) => found.Add(target, await addresses.FindAsync(target, stop).ConfigureAwait(false))).ConfigureAwait(false);
        return found;
    }

    private static Dictionary<string, List<DnsRecord>> Group(IReadOnlyList<DnsRecord> additionals)
    {
        var groups = new Dictionary<string, List<DnsRecord>>(StringComparer.OrdinalIgnoreCase);
        foreach (var record in additionals)
        {
            if (record.Address is { } address && DnsReply.CanBeDialled(address))
            {
                (groups.TryGetValue(record.Name, out var group) ? group : groups[record.Name] = []).Add(record);
            }
        }

        return groups;
    }

    /// <summary>A server may have sent the addresses of one family alone, to save room: those that can be called are enough, others are not.</summary>
    private List<DnsRecord> Reachable(List<DnsRecord> records)
    {
        var v4 = records.FindAll(record => record.Type == DnsRecordType.A);
        return v4.Count == records.Count || (!resolver.ResolvConf.SkipsV6 && addresses.ReachesV6()) ? records : v4;
    }
}
