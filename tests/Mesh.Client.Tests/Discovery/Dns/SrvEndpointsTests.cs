using System.Net;
using CsCheck;
using Mesh.Client.Discovery.Dns;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Discovery.Dns;

public sealed class SrvEndpointsTests
{
    [Fact]
    public void Build_divides_the_weight_of_a_host_among_its_addresses() => Assert.Equal(
        [("10.0.0.1:80", 3), ("10.0.1.1:80", 1), ("10.0.1.2:80", 1), ("10.0.1.3:80", 1)],
        Build([Record("one", weight: 5), Record("two", weight: 5)], ("one", ["10.0.0.1"]), ("two", ["10.0.1.1", "10.0.1.2", "10.0.1.3"])));

    /// <summary>The draw of RFC 2782 is among one number more than the weights add up to.</summary>
    [Fact]
    public void Build_gives_hosts_that_weigh_nothing_one_part_together() => Assert.Equal(
        [("10.0.0.1:80", 14), ("10.0.0.2:80", 1), ("10.0.0.3:80", 1)],
        Build([Record("one", weight: 7), Record("two"), Record("three")], ("one", ["10.0.0.1"]), ("two", ["10.0.0.2"]), ("three", ["10.0.0.3"])));

    [Fact]
    public void Build_gives_hosts_of_which_none_weighs_anything_the_same() => Assert.Equal(
        [("10.0.0.1:80", 1), ("10.0.0.2:80", 1)],
        Build([Record("one"), Record("two")], ("one", ["10.0.0.1"]), ("two", ["10.0.0.2"])));

    [Fact]
    public void Build_weighs_each_priority_by_itself() => Assert.Equal(
        [("10.0.0.1:80", 1), ("10.0.0.2:80", 1), ("10.0.0.3:80", 50)],
        Build(
            [Record("two", priority: 2, weight: 1), Record("one", priority: 1, weight: 7), Record("three", priority: 2, weight: 50)],
            ("one", ["10.0.0.1"]), ("two", ["10.0.0.2"]), ("three", ["10.0.0.3"])));

    [Fact]
    public void Build_of_an_address_that_two_hosts_have_adds_up_what_it_weighs() => Assert.Equal(
        [("10.0.0.1:80", 3), ("10.0.0.2:80", 1)],
        Build([Record("one", weight: 2), Record("two", weight: 2)], ("one", ["10.0.0.1"]), ("two", ["10.0.0.1", "10.0.0.2"])));

    [Fact]
    public void Build_of_an_address_in_two_priorities_takes_the_first()
    {
        var endpoints = SrvEndpoints.Build(
            [Record("one", priority: 5), Record("one", priority: 2), Record("one", priority: 5, port: 81)], Addresses(("one", ["10.0.0.1"])));

        Assert.Equal([("10.0.0.1:80", 2), ("10.0.0.1:81", 5)], endpoints.Select(endpoint => (endpoint.Address, endpoint.Priority)));
    }

    [Fact]
    public void Build_of_any_records_keeps_the_shares_of_hosts_and_weights_above_zero()
    {
        var hosts = Gen.Select(Gen.Int[0, 65_535], Gen.Int[1, 6]).Array[1, 12];
        Seeded.Sample(hosts, 2_000, hosts =>
        {
            DnsRecord[] records = [.. hosts.Select((host, index) => Record($"host{index}", weight: host.Item1))];
            var addresses = Addresses([.. hosts.Select((host, index) => ($"host{index}", Enumerable.Range(1, host.Item2).Select(at => $"10.0.{index}.{at}").ToArray()))]);
            var endpoints = SrvEndpoints.Build(records, addresses);

            Assert.All(endpoints, endpoint => Assert.InRange(endpoint.Weight, 1, 1 << 24));
            var total = endpoints.Sum(endpoint => (double)endpoint.Weight);
            var weights = hosts.Sum(host => (double)host.Item1) + (hosts.Any(host => host.Item1 == 0) ? 1 : 0);
            foreach (var (record, host) in records.Zip(hosts).Where(pair => pair.First.Weight > 0))
            {
                var share = endpoints.Where(endpoint => endpoint.Target == record.Target).Sum(endpoint => endpoint.Weight) / total;
                Assert.InRange(share, (record.Weight / weights) - 0.001, (record.Weight / weights) + 0.001);
            }
        });
    }

    private static DnsRecord Record(string target, int priority = 0, int weight = 0, int port = 80) => new("_http._tcp.reviews", DnsRecordType.SRV, TimeSpan.FromSeconds(60))
    {
        Target = target,
        Priority = (ushort)priority,
        Weight = (ushort)weight,
        Port = (ushort)port,
    };

    private static Dictionary<string, IReadOnlyList<IPAddress>> Addresses(params (string Target, string[] Addresses)[] hosts) =>
        hosts.ToDictionary(host => host.Target, host => (IReadOnlyList<IPAddress>)[.. host.Addresses.Select(IPAddress.Parse)], StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<(string Address, int Weight)> Build(DnsRecord[] records, params (string Target, string[] Addresses)[] hosts) =>
        SrvEndpoints.Build(records, Addresses(hosts)).Select(endpoint => (endpoint.Address, endpoint.Weight));
}
