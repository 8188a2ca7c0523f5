namespace Mesh.Client.Configuration;

/// <summary>Status codes of HTTP as a value: equal where they hold the same codes. Immutable once given away.</summary>
internal sealed class StatusSet : IEquatable<StatusSet>
{
    public const int Least = 100;

    public const int Most = 599;

    private const int Bits = 64;

    private readonly ulong[] _codes = new ulong[(Most / Bits) + 1];

    /// <summary>The codes from the first to the second, both included; both within <see cref="Least"/> to <see cref="Most"/>.</summary>
    public static StatusSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        var set = new StatusSet();
        foreach (var (first, last) in ranges)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(first, Least);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Most);
            for (var code = first; code <= last; code++)
            {
                set._codes[code / Bits] |= 1UL << (code % Bits);
            }
        }

        return set;
    }

    public bool Contains(int code) => code is >= Least and <= Most && (_codes[code / Bits] & (1UL << (code % Bits))) != 0;

    public bool Equals(StatusSet? other) => other is not null && _codes.AsSpan().SequenceEqual(other._codes);

    public override bool Equals(object? obj) => Equals(obj as StatusSet);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var codes in _codes)
        {
            hash.Add(codes);
        }

        return hash.ToHashCode();
    }

    /// <summary>As ranges, such as <c>200-299, 404</c>.</summary>
    public override string ToString()
    {
        var ranges = new List<string>();
        for (var code = Least; code <= Most; code++)
        {
            if (!Contains(code))
            {
                continue;
            }

            var first = code;
            while (Contains(code + 1))
            {
                code++;
            }

            ranges.Add(first == code ? $"{first}" : $"{first}-{code}");
        }

        return string.Join(", ", ranges);
    }
}
