using System.Globalization;
using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>The named sets of RE2: Perl's, POSIX's and Unicode's general categories.</summary>
internal static class Re2Classes
{
    private static readonly Lazy<IReadOnlyDictionary<string, Re2CharSet>> Categories = new(BuildCategories);

    /// <summary><c>\d \s \w</c> and their opposites; null for another letter. All ASCII, unlike .NET's.</summary>
    public static Re2CharSet? Perl(char letter) => letter switch
    {
        'd' => Re2CharSet.Of(('0', '9')),
        's' => Re2CharSet.Of(('\t', '\n'), ('\f', '\r'), (' ', ' ')),
        'w' => Re2CharSet.Word,
        'D' or 'S' or 'W' => Perl(char.ToLowerInvariant(letter))!.Negate(),
        _ => null,
    };

    public static Re2CharSet? Posix(string name) => name switch
    {
        "alnum" => Re2CharSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
        "alpha" => Re2CharSet.Of(('A', 'Z'), ('a', 'z')),
        "ascii" => Re2CharSet.Of((0, 0x7F)),
        "blank" => Re2CharSet.Of(('\t', '\t'), (' ', ' ')),
        "cntrl" => Re2CharSet.Of((0, 0x1F), (0x7F, 0x7F)),
        "digit" => Re2CharSet.Of(('0', '9')),
        "graph" => Re2CharSet.Of(('!', '~')),
        "lower" => Re2CharSet.Of(('a', 'z')),
        "print" => Re2CharSet.Of((' ', '~')),
        "punct" => Re2CharSet.Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        "space" => Re2CharSet.Of(('\t', '\r'), (' ', ' ')),
        "upper" => Re2CharSet.Of(('A', 'Z')),
        "word" => Re2CharSet.Word,
        "xdigit" => Re2CharSet.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
        _ => null,
    };

    /// <summary><c>\pL</c>, <c>\p{Lu}</c>, <c>\p{Any}</c>; null for scripts, for which .NET has no data.</summary>
    public static Re2CharSet? Unicode(string name) => name == "Any" ? Re2CharSet.All : Categories.Value.GetValueOrDefault(name);

    /// <summary>Null for surrogates and what is not assigned, which RE2 puts into no class.</summary>
    private static string? NameOf(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => "Lu",
        UnicodeCategory.LowercaseLetter => "Ll",
        UnicodeCategory.TitlecaseLetter => "Lt",
        UnicodeCategory.ModifierLetter => "Lm",
        UnicodeCategory.OtherLetter => "Lo",
        UnicodeCategory.NonSpacingMark => "Mn",
        UnicodeCategory.SpacingCombiningMark => "Mc",
        UnicodeCategory.EnclosingMark => "Me",
        UnicodeCategory.DecimalDigitNumber => "Nd",
        UnicodeCategory.LetterNumber => "Nl",
        UnicodeCategory.OtherNumber => "No",
        UnicodeCategory.SpaceSeparator => "Zs",
        UnicodeCategory.LineSeparator => "Zl",
        UnicodeCategory.ParagraphSeparator => "Zp",
        UnicodeCategory.Control => "Cc",
        UnicodeCategory.Format => "Cf",
        UnicodeCategory.PrivateUse => "Co",
        UnicodeCategory.ConnectorPunctuation => "Pc",
        UnicodeCategory.DashPunctuation => "Pd",
        UnicodeCategory.OpenPunctuation => "Ps",
        UnicodeCategory.ClosePunctuation => "Pe",
        UnicodeCategory.InitialQuotePunctuation => "Pi",
        UnicodeCategory.FinalQuotePunctuation => "Pf",
        UnicodeCategory.OtherPunctuation => "Po",
        UnicodeCategory.MathSymbol => "Sm",
        UnicodeCategory.CurrencySymbol => "Sc",
        UnicodeCategory.ModifierSymbol => "Sk",
        UnicodeCategory.OtherSymbol => "So",
        _ => null,
    };

    private static Dictionary<string, Re2CharSet> BuildCategories()
    {
        var ranges = new Dictionary<string, List<(int Low, int High)>>(StringComparer.Ordinal);
        for (var codePoint = 0; codePoint <= Re2CharSet.Largest; codePoint++)
        {
            if (!Rune.IsValid(codePoint) || NameOf(CharUnicodeInfo.GetUnicodeCategory(codePoint)) is not { } name)
            {
                continue;
            }

            Add(ranges, name, codePoint);
            Add(ranges, name[..1], codePoint);
        }

        return ranges.ToDictionary(entry => entry.Key, entry => Re2CharSet.Of(entry.Value), StringComparer.Ordinal);
    }

    private static void Add(Dictionary<string, List<(int Low, int High)>> ranges, string name, int codePoint)
    {
        if (!ranges.TryGetValue(name, out var list))
        {
            ranges[name] = list = [];
        }

        if (list.Count > 0 && list[^1].High == codePoint - 1)
        {
            list[^1] = (list[^1].Low, codePoint);
        }
        else
        {
            list.Add((codePoint, codePoint));
        }
    }
}
