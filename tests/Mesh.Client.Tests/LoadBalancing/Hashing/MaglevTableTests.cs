using CsCheck;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing.Hashing;

public sealed class MaglevTableTests
{
    private static readonly int[] Primes = [2, 7, 101, 1009];

    [Fact]
    public void Slots_follow_the_parts_of_places()
    {
        var slots = new MaglevTable(new EndpointGroup(Hosts.Loopback(3)) { Shares = [0.4, 0.4, 0.2] }, 0, 1009).Slots;

        Assert.All(slots.CountBy(slot => slot), owner => Assert.InRange(owner.Value, (owner.Key == 2 ? 0.2 : 0.4) * 1009 - 3, (owner.Key == 2 ? 0.2 : 0.4) * 1009 + 3));
    }

    [Fact]
    public void Slots_are_those_of_Envoy()
        => Assert.Equal([2, 4, 0, 1, 5, 0, 3], new MaglevTable(Hosts.Group(Hosts.Loopback(6)), 0, 7).Slots);

    [Fact]
    public void Slots_of_two_weights_are_those_of_Envoy()
        => Assert.Equal([1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1], new MaglevTable(Hosts.Group(Hosts.Loopback(2, 1, 2)), 0, 17).Slots);

    [Fact]
    public void Slots_of_host_names_are_those_of_Envoy()
        => Assert.Equal(
            [2, 5, 0, 3, 4, 1, 0],
            new MaglevTable(Hosts.Group([.. Enumerable.Range(90, 6).Select(name => new EndpointState(new() { Address = $"{name}", Host = $"{name}", Port = 1 }))]), 0, 7).Slots);

    [Fact]
    public void Slots_of_the_default_size_are_shared_out_as_by_Envoy()
    {
        var slots = new MaglevTable(Hosts.Group(Hosts.Loopback(2, 1, 2)), 0, 65_537).Slots;

        Assert.Equal((21_846, 43_691), (slots.Count(slot => slot == 0), slots.Count(slot => slot == 1)));
    }

    [Fact]
    public void Attempts_go_to_the_slots_to_which_Envoy_goes()
    {
        var table = new MaglevTable(Hosts.Group(Hosts.Loopback(6)), 0, 7);

        Assert.Equal(table.Slots[10 % 7], table.Find(10, 0));
        for (var attempt = 1UL; attempt < 20; attempt++)
        {
            Assert.Equal(table.Slots[(int)((10 ^ (~0UL - attempt + 1)) % 7)], table.Find(10, (int)attempt));
        }
    }

    [Fact]
    public void Table_is_that_of_turns_taken_one_by_one() => Gen.Select(Gen.Int[1, 12].Array[1, 30], Gen.Int[0, 3].Select(index => Primes[index])).Sample(
        (weights, size) => Assert.Equal(ByTheBook(Hosts.Loopback(weights.Length, weights), size), new MaglevTable(Hosts.Group(Hosts.Loopback(weights.Length, weights)), 0, size).Slots),
        iter: 300);

    [Fact]
    public void Table_is_complete_and_shares_follow_the_weights() => Gen.Int[1, 50].Array[2, 40].Sample(
        weights =>
        {
            const int Size = 10_007;
            var slots = new MaglevTable(Hosts.Group(Hosts.Loopback(weights.Length, weights)), 0, Size).Slots;
            var total = (double)weights.Sum();
            var most = weights.Max();

            // A round gives the heaviest one slot, and the table may be full in the midst of a round.
            Assert.All(weights.Select((weight, index) => (weight, index)), entry =>
                Assert.InRange(slots.Count(slot => slot == entry.index) - (Size * entry.weight / total), -1 - ((double)entry.weight / most * weights.Length), weights.Length + 1.0));
            Assert.DoesNotContain(slots, slot => slot < 0);
        },
        iter: 100);

    [Fact]
    public void Order_of_discovery_means_nothing() => Gen.Select(Gen.Int[2, 40], Gen.Int[0, 1000]).Sample(
        (count, seed) =>
        {
            var endpoints = Hosts.Many(count, index => (index % 3) + 1);
            var other = endpoints.ToArray();
            new Random(seed).Shuffle(other);
            var (one, two) = (new MaglevTable(Hosts.Group(endpoints), 0, 1009), new MaglevTable(Hosts.Group(other), 0, 1009));

            Assert.Equal(one.Slots.Select(slot => endpoints[slot]), two.Slots.Select(slot => other[slot]));
        },
        iter: 50);

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(200)]
    public void Endpoint_that_leaves_moves_few_hashes_besides_its_own(int count)
    {
        var endpoints = Hosts.Many(count);
        var (before, after) = (new MaglevTable(Hosts.Group(endpoints), 0, 65_537), new MaglevTable(Hosts.Group(endpoints[1..]), 0, 65_537));
        var moved = Enumerable.Range(0, 65_537).Count(slot => before.Slots[slot] != 0 && before.Slots[slot] != after.Slots[slot] + 1);

        // The paper's bound for as many slots: a few percent of all.
        Assert.InRange(moved, 0, 65_537 / 20);
    }

    /// <summary>Listing 1 of the paper with Envoy's weights, round by round.</summary>
    private static int[] ByTheBook(EndpointState[] endpoints, int size)
    {
        var total = (double)endpoints.Sum(endpoint => endpoint.Endpoint.Weight);
        var hosts = endpoints.Select((endpoint, index) => (Key: endpoint.Endpoint.Address, Index: index, Weight: endpoint.Endpoint.Weight / total))
            .OrderBy(host => host.Key, StringComparer.Ordinal).ToArray();
        var most = hosts.Max(host => host.Weight);
        var (next, target) = (new ulong[hosts.Length], new double[hosts.Length]);
        var slots = Enumerable.Repeat(-1, size).ToArray();
        for (var (round, taken) = (1u, 0); taken < size; round++)
        {
            for (var host = 0; host < hosts.Length && taken < size; host++)
            {
                if (round * hosts[host].Weight < target[host])
                {
                    continue;
                }

                target[host] += most;
                var (offset, skip) = (HashValue.Of(hosts[host].Key) % (ulong)size, (HashValue.Of(hosts[host].Key, 1) % (ulong)(size - 1)) + 1);
                ulong slot;
                do
                {
                    slot = (offset + (skip * next[host]++)) % (ulong)size;
                }
                while (slots[slot] >= 0);

                slots[slot] = hosts[host].Index;
                taken++;
            }
        }

        return slots;
    }
}
