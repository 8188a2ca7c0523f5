using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>
/// Which characters RE2 takes for one another under <c>(?i)</c>: Unicode's simple case folding. .NET's own IgnoreCase leaves out the long s and
/// others, so that the sets are written out instead.
/// </summary>
internal static class Re2CaseFolding
{
    // No character above the supplementary multilingual plane has case.
    private const int End = 0x20000;

    private static readonly Lazy<IReadOnlyList<int[]>> Table = new(Build);

    private static readonly Lazy<Dictionary<int, int[]>> ByMember = new(() => Orbits.SelectMany(orbit => orbit.Select(member => (member,
        orbit))).ToDictionary());

    /// <summary>The characters that are one with this but for their case, itself among them; null where there are none.</summary>
    public static int[]? OrbitOf(int codePoint) => ByMember.Value.GetValueOrDefault(codePoint);

    /// <summary>Groups of two or more characters that are one but for their case.</summary>
    public static IReadOnlyList<int[]> Orbits => Table.Value;

    private static List<int[]> Build()
    {
        var groups = new Dictionary<int, SortedSet<int>>();
        for (var codePoint = 0; codePoint < End; codePoint++)
        {
            // The dotted and dotless i fold to themselves outside of Turkish.
            if (!Rune.IsValid(codePoint) || codePoint is 0x130 or 0x131)
            {
                continue;
            }

            var rune = new Rune(codePoint);
            Join(groups, codePoint, Rune.ToUpperInvariant(rune).Value);
            Join(groups, codePoint, Rune.ToLowerInvariant(rune).Value);
        }

        // Foldings into ASCII and its neighbours that .NET's invariant casing leaves out on purpose.
        foreach (var (special, usual) in (ReadOnlySpan<(int, int)>)[(0x17F, 's'), (0x212A, 'k'), (0x212B, 0xE5), (0x2126, 0x3C9),
            (0x1E9E, 0xDF)])
        {
            Join(groups, special, usual);
        }

        return [.. groups.Values.Distinct().Select(group => group.ToArray())];
    }

    private static void Join(Dictionary<int, SortedSet<int>> groups, int left, int right)
    {
        if (left == right)
        {
            return;
        }

        var joined = groups.TryGetValue(left, out var group) ? group : [left];
        joined.UnionWith(groups.TryGetValue(right, out var other) ? other : [right]);
        foreach (var member in joined)
        {
            groups[member] = joined;
        }
    }
}
