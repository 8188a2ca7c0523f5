using CsCheck;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing.Hashing;

public sealed class RingTableTests
{
    /// <summary>The ring of Envoy's own test over 127.0.0.1:90 to :95 with 12 points.</summary>
    private static readonly (ulong Point, int Port)[] Ring =
    [
        (833437586790550860, 94), (928266305478181108, 92), (1033482794131418490, 90), (3551244743356806947, 95), (3851675632748031481, 93),
        (5583722120771150861, 91), (6311230543546372928, 91), (7700377290971790572, 93), (13144177310400110813, 95), (13444792449719432967, 92),
        (15516499411664133160, 94), (16117243373044804889, 90),
    ];

    [Fact]
    public void Points_are_those_of_Envoy()
    {
        var endpoints = Hosts.Loopback(6);
        var table = new RingTable(Hosts.Group(endpoints), 0, 12);

        Assert.Equal(Ring.Select(entry => entry.Point), table.Points);
        Assert.All(Ring, entry => Assert.Equal(entry.Port, endpoints[table.Find(entry.Point, 0)].Endpoint.Port));
    }

    [Fact]
    public void Hash_belongs_to_the_next_point_and_each_attempt_goes_one_further()
    {
        var endpoints = Hosts.Loopback(6);
        var table = new RingTable(Hosts.Group(endpoints), 0, 12);

        Assert.Equal(94, Port(0, 0));
        Assert.Equal(92, Port(833437586790550861, 0));
        Assert.Equal(94, Port(ulong.MaxValue, 0));
        Assert.Equal(90, Port(16117243373044804889, 0));
        Assert.Equal([90, 95, 93, 91, 91], Enumerable.Range(2, 5).Select(attempt => Port(0, attempt)));
        Assert.Equal(94, Port(ulong.MaxValue, 12));

        int Port(ulong hash, int attempt) => endpoints[table.Find(hash, attempt)].Endpoint.Port;
    }

    [Theory]
    [InlineData(6, 12, 12)]
    [InlineData(6, 13, 18)]
    [InlineData(7, 1024, 1029)]
    [InlineData(3, 0, 3)]
    [InlineData(2000, 1024, 2000)]
    public void Ring_has_whole_shares_and_at_least_the_points_that_are_asked_for(int endpoints, int minimum, int expected)
        => Assert.InRange(new RingTable(Hosts.Group(Hosts.Many(endpoints)), 0, Math.Max(1, minimum)).Points.Count, expected, expected + 1);

    [Fact]
    public void Ring_grows_no_further_than_Envoy_lets_it()
        => Assert.InRange(new RingTable(Hosts.Group(Hosts.Many(2, index => index == 0 ? 1 : int.MaxValue)), 0, 1024).Points.Count, 8_388_608, 8_388_609);

    [Fact]
    public void Points_follow_the_weights() => Gen.Int[1, 20].Array[2, 12].Sample(
        weights =>
        {
            var table = new RingTable(Hosts.Group(Hosts.Loopback(weights.Length, weights)), 0, 1024);
            var counts = new int[weights.Length];
            foreach (var point in table.Points)
            {
                counts[table.Find(point, 0)]++;
            }

            var total = (double)weights.Sum();
            Assert.InRange(table.Points.Count, 1024, int.MaxValue);
            Assert.All(weights.Select((weight, index) => (weight, index)), entry =>
                Assert.InRange(counts[entry.index] - (table.Points.Count * entry.weight / total), -2, 2));
        },
        iter: 200);

    /// <summary>Two endpoints share 80 percent, one has 20: the lightest gets a whole number, of 3 points where at least 12 are asked for.</summary>
    [Fact]
    public void Points_follow_the_parts_of_places()
    {
        var table = new RingTable(new EndpointGroup(Hosts.Loopback(3)) { Shares = [0.4, 0.4, 0.2] }, 0, 12);

        Assert.Equal([6, 6, 3], table.Points.GroupBy(point => table.Find(point, 0)).OrderBy(owner => owner.Key).Select(owner => owner.Count()));
    }

    [Fact]
    public void Order_of_discovery_means_nothing() => Gen.Select(Gen.Int[2, 40], Gen.Int[0, 1000]).Sample(
        (count, seed) =>
        {
            var endpoints = Hosts.Many(count, index => (index % 3) + 1);
            var other = endpoints.ToArray();
            new Random(seed).Shuffle(other);
            var (one, two) = (new RingTable(Hosts.Group(endpoints), 0, 1024), new RingTable(Hosts.Group(other), 0, 1024));

            Assert.Equal(one.Points, two.Points);
            Assert.All(one.Points, point => Assert.Same(endpoints[one.Find(point, 0)], other[two.Find(point, 0)]));
        },
        iter: 50);

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(200)]
    public void Endpoint_that_leaves_moves_its_own_hashes_alone(int count)
    {
        var endpoints = Hosts.Many(count);
        var size = 100 * count;
        var (before, after) = (new RingTable(Hosts.Group(endpoints), 0, size), new RingTable(Hosts.Group(endpoints[1..]), 0, size - 100));
        var random = MeshRandom.Seeded(count);
        for (var draw = 0; draw < 10_000; draw++)
        {
            var hash = random.NextUInt64();
            var owner = endpoints[before.Find(hash, 0)];
            Assert.True(owner == endpoints[0] || owner == after.Endpoints[after.Find(hash, 0)]);
        }
    }

    [Theory]
    [InlineData("10.0.0.1", 8080, "10.0.0.1:8080")]
    [InlineData("[2001:db8::1]", 8080, "[2001:db8::1]:8080")]
    [InlineData("10.0.0.1:80", 8080, "10.0.0.1:80")]
    [InlineData("unix:/run/a.sock", 8080, "/run/a.sock")]
    public void Endpoint_is_hashed_as_Envoy_writes_its_address(string address, int port, string key)
    {
        var table = new RingTable(Hosts.Group([Hosts.Of(address)]), port, 1);

        Assert.Equal(HashValue.Of(key + "_0"), Assert.Single(table.Points));
    }
}
