using System.Numerics;
using System.Runtime.InteropServices;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Files each alternative under the condition that the fewest others share, so that no bucket is longer than it must be. One builder
/// serves all VirtualServices of a compilation, one after the other.</summary>
internal sealed class RuleIndexBuilder
{
    /// <summary>Up to here walking the list costs no more than looking into buckets.</summary>
    private const int SmallestIndexed = 8;

    /// <summary>Bounds what a call pays for, whatever the rules; what goes beyond is walked.</summary>
    private const int MaxPrefixLengths = 32;

    private const int MaxHeaders = 16;

    private readonly List<RuleIndexEntry> _entries = [];
    private readonly List<int> _lengths = [];
    private readonly List<string> _headers = [];

    // Conditions are counted by their hash: two that fall together make one longer bucket and no mistake.
    private readonly Dictionary<uint, int> _uses = [];
    private RuleIndexSlot[] _slots = [];
    private bool _hasPaths;
    private int _rest;

    /// <summary>Null where the list is short.</summary>
    public RuleIndex? Build(ReadOnlySpan<RouteRuleModel> rules)
    {
        _entries.Clear();
        foreach (var rule in rules)
        {
            if (rule.Matches.Length == 0)
            {
                _entries.Add(new(rule, null, null, 0, RuleIndex.None));
            }

            foreach (var match in rule.Matches)
            {
                _entries.Add(new(rule, match, null, 0, RuleIndex.None));
            }
        }

        return _entries.Count <= SmallestIndexed ? null : Build();
    }

    private RuleIndex Build()
    {
        (_hasPaths, _rest) = (false, RuleIndex.None);
        _lengths.Clear();
        _headers.Clear();
        _uses.Clear();
        foreach (var entry in _entries)
        {
            CountUses(entry.Match);
        }

        _slots = new RuleIndexSlot[BitOperations.RoundUpToPowerOf2(2 * (uint)_entries.Count)];

        // From the last, so that each chain begins with its lowest position.
        for (var position = _entries.Count - 1; position >= 0; position--)
        {
            if (!TryFile(_entries[position].Match, position))
            {
                (_entries[position], _rest) = (_entries[position] with { Next = _rest }, position);
            }
        }

        _lengths.Sort();
        return new([.. _entries], _slots, _hasPaths, [.. _lengths], [.. _headers], _rest);
    }

    private void CountUses(MatchModel? match)
    {
        if (SeedOf(match?.Uri) is { } seed)
        {
            CountUse(TextHash.Of(match!.Uri!.Value, seed));
        }

        foreach (var header in match?.Headers ?? [])
        {
            if (IsFilable(header))
            {
                CountUse(HashOf(header));
            }
        }
    }

    private void CountUse(uint condition) => CollectionsMarshal.GetValueRefOrAddDefault(_uses, condition, out _)++;

    private bool TryFile(MatchModel? match, int position)
    {
        var seed = SeedOf(match?.Uri);
        var fewest = seed is { } known ? _uses[TextHash.Of(match!.Uri!.Value, known)] : int.MaxValue;
        HeaderMatchModel? rarest = null;
        foreach (var header in match?.Headers ?? [])
        {
            if (IsFilable(header) && _uses[HashOf(header)] is var count && count < fewest)
            {
                (rarest, fewest) = (header, count);
            }
        }

        return rarest is not null ? TryFile(rarest, position) : seed is { } path && TryFile(match!.Uri!, path, position);
    }

    private bool TryFile(HeaderMatchModel header, int position)
    {
        var place = _headers.IndexOf(header.Name);
        if (place < 0)
        {
            if (_headers.Count == MaxHeaders)
            {
                return false;
            }

            place = _headers.Count;
            _headers.Add(header.Name);
        }

        Link(header.Value, RuleIndex.HeaderSeed + (uint)place, position);
        return true;
    }

    private bool TryFile(StringMatchModel uri, uint seed, int position)
    {
        if (seed == RuleIndex.PathSeed)
        {
            _hasPaths = true;
        }
        else if (!_lengths.Contains(uri.Value.Length))
        {
            if (_lengths.Count == MaxPrefixLengths)
            {
                return false;
            }

            _lengths.Add(uri.Value.Length);
        }

        Link(uri, seed, position);
        return true;
    }

    private void Link(StringMatchModel condition, uint seed, int position)
    {
        var hash = TextHash.Of(condition.Value, seed);
        var place = hash & (uint)(_slots.Length - 1);
        while (!_slots[place].IsEmpty && _slots[place].Hash != hash)
        {
            place = (place + 1) & (uint)(_slots.Length - 1);
        }

        var (rule, match, _, _, _) = _entries[position];
        var isOnly = condition is { Kind: StringMatchKind.Exact, IgnoreCase: false } && IsOnly(condition, match!);
        _entries[position] = new(rule, match, isOnly ? condition.Value : null, seed, _slots[place].First);
        _slots[place] = new(hash, position);
    }

    private static bool IsOnly(StringMatchModel condition, MatchModel match)
        => match is { Method: null, Scheme: null, Authority: null, Port: null, WithoutHeaders.Length: 0, QueryParams.Length: 0 }
            && (match.Uri == condition ? match.Headers.Length == 0 : match.Uri is null && match.Headers is [var header] && header.Value == condition);

    /// <summary>Null where it cannot be filed.</summary>
    private static uint? SeedOf(StringMatchModel? uri) => uri switch
    {
        { Kind: StringMatchKind.Exact } => RuleIndex.PathSeed,
        { Kind: StringMatchKind.Prefix or StringMatchKind.PathPrefix, Value.Length: > 0 } => RuleIndex.PrefixSeed,
        _ => null,
    };

    private static bool IsFilable(HeaderMatchModel header) => header is { Value.Kind: StringMatchKind.Exact, IsPseudo: false };

    /// <summary>For counting alone, where a header has no number yet.</summary>
    private static uint HashOf(HeaderMatchModel header) => TextHash.Of(header.Value.Value, TextHash.Of(header.Name, RuleIndex.HeaderSeed));
}
