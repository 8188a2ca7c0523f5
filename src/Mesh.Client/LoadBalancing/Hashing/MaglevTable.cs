using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>A table of slots, which endpoints take in turns, each in an order of its own; a hash names a slot.</summary>
/// <remarks>Source: Eisenbud et al., "Maglev", NSDI 2016, and <c>maglev_lb.cc</c> of Envoy, whose table this is to the slot.</remarks>
internal sealed class MaglevTable : HashTable
{
    private const int Free = -1;

    private readonly int[] _slots;

    /// <param name="group">Whose endpoints it leads to.</param>
    /// <param name="port">That of endpoints without one of their own.</param>
    /// <param name="size">The number of slots, a prime.</param>
    public MaglevTable(EndpointGroup group, int port, int size)
        : base(group.Endpoints)
    {
        var hosts = new HashHosts(group, port);
        _slots = new int[size];
        Array.Fill(_slots, Free);
        var places = new Place[hosts.Keys.Length];
        for (var index = 0; index < places.Length; index++)
        {
            var offset = (int)(HashValue.Of(hosts.Keys[index]) % (uint)size);
            var skip = (int)(HashValue.Of(hosts.Keys[index], seed: 1) % (uint)(size - 1)) + 1;
            places[index] = new(offset, skip, hosts.PlaceOf(index));
        }

        if (hosts.LeastWeight == hosts.MostWeight)
        {
            FillEvenly(places);
        }
        else
        {
            FillByWeight(places, hosts);
        }
    }

    /// <summary>The owners of the slots, for tests.</summary>
    public IReadOnlyList<int> Slots => _slots;

    public override int Find(ulong hash, int attempt)
    {
        if (attempt > 0)
        {
            hash ^= ulong.MaxValue - (uint)attempt + 1;
        }

        return _slots[hash % (uint)_slots.Length];
    }

    private void FillEvenly(Place[] places)
    {
        for (var taken = 0; taken < _slots.Length; taken++)
        {
            places[taken % places.Length].Take(_slots);
        }
    }

    /// <summary>In each round an endpoint takes a slot where it has not had its share: the heaviest always. Who is next is kept in a queue, since
    /// beside a heavy endpoint ten thousand light ones would be asked for nothing in nearly every round.</summary>
    private void FillByWeight(Place[] places, HashHosts hosts)
    {
        var queue = new PriorityQueue<int, (uint Round, int Index)>(places.Length);
        var targets = new double[places.Length];
        for (var index = 0; index < places.Length; index++)
        {
            queue.Enqueue(index, (1, index));
        }

        for (var taken = 0; taken < _slots.Length; taken++)
        {
            queue.TryPeek(out var index, out var turn);
            places[index].Take(_slots);
            targets[index] += hosts.MostWeight;
            queue.DequeueEnqueue(index, (RoundOf(targets[index], hosts.Weights[index], turn.Round + 1), index));
        }
    }

    /// <summary>The first round from <paramref name="least"/> on in which the product of round and weight reaches the target, by the arithmetic of
    /// the comparison itself: a quotient alone may be rounded to the other side.</summary>
    private static uint RoundOf(double target, double weight, uint least)
    {
        var round = Math.Max(least, (uint)Math.Min(uint.MaxValue - 1, target / weight));
        while (round > least && (round - 1) * weight >= target)
        {
            round--;
        }

        while (round * weight < target)
        {
            round++;
        }

        return round;
    }

    /// <summary>An endpoint's way through the slots.</summary>
    private struct Place(int offset, int skip, int owner)
    {
        private int _next = offset;

        public void Take(int[] slots)
        {
            while (slots[_next] != Free)
            {
                Step(slots.Length);
            }

            slots[_next] = owner;
            Step(slots.Length);
        }

        private void Step(int count)
        {
            _next += skip;
            _next -= _next >= count ? count : 0;
        }
    }
}
