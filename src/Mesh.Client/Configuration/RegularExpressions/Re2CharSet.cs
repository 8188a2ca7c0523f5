namespace Mesh.Client.Configuration;

/// <summary>A set of Unicode code points as sorted ranges that do not touch.</summary>
internal sealed class Re2CharSet
{
    public const int Largest = 0x10FFFF;

    private Re2CharSet(IReadOnlyList<(int Low, int High)> ranges) => Ranges = ranges;

    public static Re2CharSet None { get; } = new([]);

    public static Re2CharSet All { get; } = Of((0, Largest));

    /// <summary>RE2's <c>\w</c>, ASCII alone.</summary>
    public static Re2CharSet Word { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    public static Re2CharSet NoWord { get; } = Word.Negate();

    public IReadOnlyList<(int Low, int High)> Ranges { get; }

    public bool IsEmpty => Ranges.Count == 0;

    public static Re2CharSet Of(params IEnumerable<(int Low, int High)> ranges)
    {
        var merged = new List<(int Low, int High)>();
        foreach (var range in ranges.OrderBy(range => range.Low))
        {
            if (merged.Count > 0 && range.Low <= merged[^1].High + 1)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, range.High));
            }
            else
            {
                merged.Add(range);
            }
        }

        return new Re2CharSet(merged);
    }

    public Re2CharSet Union(Re2CharSet other) => Of(Ranges.Concat(other.Ranges));

    public Re2CharSet Negate()
    {
        var ranges = new List<(int Low, int High)>();
        var next = 0;
        foreach (var (low, high) in Ranges)
        {
            if (low > next)
            {
                ranges.Add((next, low - 1));
            }

            next = high + 1;
        }

        if (next <= Largest)
        {
            ranges.Add((next, Largest));
        }

        return new Re2CharSet(ranges);
    }

    public Re2CharSet Intersect(Re2CharSet other) => Negate().Union(other.Negate()).Negate();

    public bool Contains(int codePoint) => Ranges.Any(range => codePoint >= range.Low && codePoint <= range.High);

    /// <summary>The set without regard to case.</summary>
    public Re2CharSet Fold()
    {
        var added = new List<(int Low, int High)>();
        foreach (var orbit in Re2CaseFolding.Orbits)
        {
            if (orbit.Any(Contains))
            {
                added.AddRange(orbit.Select(codePoint => (codePoint, codePoint)));
            }
        }

        return added.Count == 0 ? this : Of(Ranges.Concat(added));
    }
}
