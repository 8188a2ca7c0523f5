using System.IO.Hashing;
using System.Numerics;
using System.Text;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>A ring of points, of which each endpoint has as many as it weighs; a hash belongs to the next point.</summary>
/// <remarks>Source: Karger et al. 1997, and <c>ring_hash_lb.cc</c> of Envoy, whose points these are to the bit.</remarks>
internal sealed class RingTable : HashTable
{
    /// <summary>An underscore and the digits of a number.</summary>
    private const int SuffixBytes = 1 + 10;

    private readonly ulong[] _points;
    private readonly int[] _owners;

    // The ring cut into equal arcs, about one for each point: for each the first point that is in it or behind it, and one more at the end.
    private readonly int[] _firsts;
    private readonly int _arcShift;

    /// <param name="group">Whose endpoints it leads to.</param>
    /// <param name="port">That of endpoints without one of their own.</param>
    /// <param name="minimumSize">The least number of points.</param>
    public RingTable(EndpointGroup group, int port, int minimumSize)
        : base(group.Endpoints)
    {
        var hosts = new HashHosts(group, port);

        // So many points that the lightest endpoint has a whole number of them, and all have where they weigh the same.
        var scale = Math.Min(Math.Ceiling(hosts.LeastWeight * minimumSize) / hosts.LeastWeight, ConsistentHashConfiguration.MaximumRingSize);

        // One more, where the sum of the weights is rounded up.
        var points = new ulong[(int)Math.Ceiling(scale) + 1];
        var owners = new int[points.Length];
        var buffer = new byte[hosts.Keys.Max(key => Encoding.UTF8.GetMaxByteCount(key.Length)) + SuffixBytes];
        var count = 0;
        var target = 0.0;
        for (var index = 0; index < hosts.Keys.Length; index++)
        {
            var length = Encoding.UTF8.GetBytes(hosts.Keys[index], buffer);
            buffer[length++] = (byte)'_';
            target += scale * hosts.Weights[index];
            for (var number = 0; count < target && count < points.Length; number++)
            {
                number.TryFormat(buffer.AsSpan(length), out var digits);
                points[count] = XxHash64.HashToUInt64(buffer.AsSpan(0, length + digits));
                owners[count++] = hosts.PlaceOf(index);
            }
        }

        Array.Resize(ref points, count);
        Array.Resize(ref owners, count);
        Array.Sort(points, owners);
        (_points, _owners) = (points, owners);

        // At least two, since a shift by all 64 bits shifts by none.
        var arcBits = Math.Max(1, BitOperations.Log2((uint)count));
        _arcShift = 64 - arcBits;
        _firsts = new int[(1 << arcBits) + 1];
        var first = 0;
        for (var arc = 0; arc < _firsts.Length; arc++)
        {
            while (first < count && points[first] >> _arcShift < (ulong)arc)
            {
                first++;
            }

            _firsts[arc] = first;
        }
    }

    /// <summary>The points in their order, for tests.</summary>
    public IReadOnlyList<ulong> Points => _points;

    public override int Find(ulong hash, int attempt)
    {
        // Points are as good as random, so that an arc has one or two of them.
        var arc = (int)(hash >> _arcShift);
        var (low, high) = (_firsts[arc], _firsts[arc + 1]);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_points[middle] < hash)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        // Behind the last point the ring begins anew.
        var place = low + attempt;
        return _owners[place < _owners.Length ? place : place % _owners.Length];
    }
}
