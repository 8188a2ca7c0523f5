using System.Net;
using Mesh.Client.Model;

namespace Mesh.Client.Discovery.Dns;

/// <summary>What SRV records and the addresses of their hosts come to.</summary>
internal static class SrvEndpoints
{
    /// <summary>Weights keep their proportions to about one in a million and stay far from what the balancers cannot add up.</summary>
    private const long HeaviestEndpoint = 1 << 24;

    /// <summary>The most addresses among which a weight is divided without rounding.</summary>
    private const long LargestMultiple = 1_000;

    /// <summary>Sorted by priority and address, each address once: with the first of its priorities and all that it weighs there.</summary>
    /// <param name="records">The SRV records.</param>
    /// <param name="addresses">By target, however its letters are written.</param>
    public static List<Endpoint> Build(IEnumerable<DnsRecord> records, IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> addresses)
    {
        var endpoints = new List<Endpoint>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var priority in records.Where(record => addresses.ContainsKey(record.Target)).GroupBy(record => record.Priority).OrderBy(group => group.Key))
        {
            List<(DnsRecord Record, IReadOnlyList<IPAddress> Addresses)> hosts =
                [.. priority.DistinctBy(record => (record.Target.ToUpperInvariant(), record.Port)).Select(record => (record, addresses[record.Target]))];
            endpoints.AddRange(Weigh(hosts).Where(endpoint => taken.Add(endpoint.Address)).OrderBy(endpoint => endpoint.Address, StringComparer.Ordinal));
        }

        return endpoints;
    }

    /// <summary>A host's weight is divided among its addresses, or a host of both address families would get twice its share.</summary>
    private static List<Endpoint> Weigh(List<(DnsRecord Record, IReadOnlyList<IPAddress> Addresses)> hosts)
    {
        // The draw of RFC 2782 is among one number more than the weights add up to, and that one goes to those that weigh nothing.
        var weightless = hosts.Count(host => host.Record.Weight == 0);
        var multiple = weightless == 0 || weightless == hosts.Count ? 1L : weightless;
        foreach (var (_, addresses) in hosts)
        {
            var next = multiple / GreatestCommonDivisor(multiple, addresses.Count) * addresses.Count;
            multiple = next <= LargestMultiple ? next : LargestMultiple;
        }

        var weights = new Dictionary<string, (Endpoint Endpoint, long Weight)>(StringComparer.Ordinal);
        foreach (var (record, addresses) in hosts)
        {
            var share = record.Weight > 0 ? record.Weight * multiple : weightless == hosts.Count ? multiple : multiple / weightless;
            foreach (var address in addresses)
            {
                var endpoint = EndpointAddress.FromIp(address, record.Port) with { Priority = record.Priority, Target = record.Target.ToLowerInvariant() };
                var weight = Math.Max(1, share / addresses.Count);
                weights[endpoint.Address] = weights.TryGetValue(endpoint.Address, out var known) ? (known.Endpoint, known.Weight + weight) : (endpoint, weight);
            }
        }

        var divisor = weights.Values.Aggregate(0L, (common, entry) => GreatestCommonDivisor(entry.Weight, common));
        while (weights.Values.Max(entry => entry.Weight) / divisor > HeaviestEndpoint)
        {
            divisor *= 2;
        }

        return [.. weights.Values.Select(entry => entry.Endpoint with { Weight = (int)Math.Max(1, entry.Weight / divisor) })];
    }

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
