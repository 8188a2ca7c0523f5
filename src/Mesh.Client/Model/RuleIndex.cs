namespace Mesh.Client.Model;

/// <summary>
/// Finds the few alternatives of a long list of rules that can hold for a call. Each alternative is filed under one of its conditions; a
/// call looks into the buckets of its own path and header values and into the rest, which is walked. A bucket is a chain of positions in
/// ascending order, given by its first, and is found by the hash of its text alone, which may be that of another text too: buckets only
/// narrow down, and whoever reads them checks each alternative in full and takes the lowest that holds.
/// </summary>
internal sealed class RuleIndex(
    RuleIndexEntry[] entries, RuleIndexSlot[] slots, bool hasPaths, int[] prefixLengths, string[] headers, int rest)
{
    /// <summary>Ends a chain; as an unsigned number above every position.</summary>
    public const int None = -1;

    public const uint PathSeed = 0;
    public const uint PrefixSeed = 1;

    /// <summary>The first header; the others follow in the order of <see cref="Headers"/>.</summary>
    public const uint HeaderSeed = 2;

    public ReadOnlySpan<RuleIndexEntry> Entries => entries;

    /// <summary>Something is filed under a whole path.</summary>
    public bool HasPaths => hasPaths;

    /// <summary>The lengths of the path prefixes that something is filed under, ascending.</summary>
    public ReadOnlySpan<int> PrefixLengths => prefixLengths;

    /// <summary>The headers by whose values something is filed.</summary>
    public ReadOnlySpan<string> Headers => headers;

    /// <summary>The first alternative without a condition to be filed under.</summary>
    public int Rest => rest;

    /// <summary>The first position of the bucket of a text.</summary>
    /// <param name="seed">Path, prefix, or which header.</param>
    /// <param name="text">The path, the beginning of the path, or the value.</param>
    public int Find(uint seed, ReadOnlySpan<char> text)
    {
        var hash = TextHash.Of(text, seed);
        var all = slots;
        for (var place = hash; ; place++)
        {
            var slot = all[place & (uint)(all.Length - 1)];
            if (slot.IsEmpty || slot.Hash == hash)
            {
                return slot.First;
            }
        }
    }
}
