using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>The endpoints of a group whose reports a client goes by: few enough to look at all of them at each pick, and since it calls them
/// again and again, their reports are fresh. Written and read by several threads without a lock: a lost entry is replaced soon.</summary>
internal sealed class ReportPool
{
    public const int Size = 16;

    private const int None = -1;

    private const long Never = long.MinValue;

    private readonly int[] _places = new int[Size];
    private int _used;
    private long _starvedAt = Never;

    public ReportPool() => Array.Fill(_places, None);

    public static ReportPool Of(EndpointGroup group)
    {
        if (group.Memory is not ReportPool pool)
        {
            group.Memory = pool = new ReportPool();
        }

        return pool;
    }

    /// <summary>The endpoint's place in the group; negative for none.</summary>
    public int this[int slot] => Volatile.Read(ref _places[slot]);

    /// <summary>The places in the slots up to the last that was ever filled: those of small groups are few.</summary>
    public ReadOnlySpan<int> Used => _places.AsSpan(0, Volatile.Read(ref _used));

    public void Replace(int slot, int place)
    {
        Volatile.Write(ref _places[slot], place);
        var used = Volatile.Read(ref _used);
        while (used <= slot && Interlocked.CompareExchange(ref _used, slot + 1, used) is var found && found != used)
        {
            used = found;
        }
    }

    public bool Contains(int place) => _places.AsSpan().Contains(place);

    /// <summary>Remembers that it was found starved.</summary>
    /// <param name="now">When.</param>
    /// <param name="within">Time in which it counts that it was found so before, in the same unit.</param>
    public bool IsStarvedAgain(long now, double within)
    {
        var before = Volatile.Read(ref _starvedAt);
        Volatile.Write(ref _starvedAt, now);
        return before != Never && now - before <= within;
    }
}
