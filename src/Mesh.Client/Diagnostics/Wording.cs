using System.Globalization;
using System.Text;
using Mesh.Client.Configuration;

namespace Mesh.Client.Diagnostics;

/// <summary>How explanations write values.</summary>
internal static class Wording
{
    private const int LongestValue = 200;

    /// <summary>In quotation marks on one line: what callers send must not look like a line of the explanation.</summary>
    public static string Quote(ReadOnlySpan<char> value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var character in value.Length > LongestValue ? value[..LongestValue] : value)
        {
            if (char.IsControl(character))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                text.Append(character);
            }
        }

        return text.Append(value.Length > LongestValue ? "...\"" : "\"").ToString();
    }

    /// <summary>In seconds, to the millisecond.</summary>
    public static string Duration(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s");

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share:0.####} %");

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Labels(IEnumerable<KeyValuePair<string, string>> labels)
        => string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    /// <summary>Null where the source is not known.</summary>
    public static string? Place(SourcePosition position) => position switch
    {
        { Source: null } => null,
        { Line: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{position.Source}({position.Line})"),
        _ => position.Source,
    };
}
