using System.Buffers;

namespace Mesh.Client.Configuration;

/// <summary>Any number of characters of one set, as <c>.*</c> or <c>[^/]+</c>; on UTF-16 units, as <see cref="Re2Writer"/> writes such a
/// repetition too.</summary>
internal sealed class Re2Run
{
    private const int FirstAstral = 0x10000;

    // Sets of more characters are left to the automaton.
    private const int LargestSet = 256;

    private readonly SearchValues<char> _listed;
    private readonly bool _isNegated;

    private Re2Run(Re2CharSet set, int least, SearchValues<char> listed, bool isNegated)
        => (Set, Least, _listed, _isNegated) = (set, least, listed, isNegated);

    public Re2CharSet Set { get; }

    /// <summary>0 or 1.</summary>
    public int Least { get; }

    /// <summary>Null where the repetition or its set is of another kind.</summary>
    public static Re2Run? Read(Re2Node.Repeat repeat)
    {
        if (repeat is not { Most: null, Least: 0 or 1, Node: Re2Node.Characters { Set: var set } } || set.IsEmpty)
        {
            return null;
        }

        var isNegated = set.Ranges is [.., ( <= FirstAstral, Re2CharSet.Largest)];
        var listed = isNegated ? set.Negate() : set;
        var count = listed.Ranges.Sum(range => range.High - range.Low + 1L);
        if (count > LargestSet || listed.Ranges.Any(range => range.High >= 0xD800))
        {
            return null;
        }

        var characters = listed.Ranges.SelectMany(range => Enumerable.Range(range.Low, range.High - range.Low + 1)).Select(unit => (char)unit);
        return new(set, repeat.Least, SearchValues.Create([.. characters]), isNegated);
    }

    public Re2Run With(int least) => new(Set, least, _listed, _isNegated);

    public bool Contains(char unit) => _listed.Contains(unit) != _isNegated;

    public bool HasSameSet(Re2Run other) => Set.Ranges.SequenceEqual(other.Set.Ranges);

    /// <summary>How far <paramref name="value"/> goes on with characters of the set.</summary>
    public int LengthIn(ReadOnlySpan<char> value)
    {
        var end = _isNegated ? value.IndexOfAny(_listed) : value.IndexOfAnyExcept(_listed);
        return end < 0 ? value.Length : end;
    }
}
