using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>
/// The value of a header that a rule sets. As in Envoy <c>%%</c> is one percent sign and <c>%REQ(name)%</c> the value of a header of the
/// request, with <c>%REQ(name?other):8%</c> of another where the first is missing, cut to eight characters.
/// </summary>
internal sealed record HeaderTemplate(IReadOnlyList<HeaderTemplatePart> Parts)
{
    private const int Longest = 8192;

    private static readonly SearchValues<char> Sendable = SearchValues.Create("\t" + string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)));

    /// <summary>The whole value where nothing in it depends on a message, else null.</summary>
    public string? Text { get; } = Parts.Count switch
    {
        0 => "",
        1 when Parts[0].Source == HeaderTemplateSource.Text => Parts[0].Text,
        _ => null,
    };

    /// <summary>False with <paramref name="error"/> where it cannot be a value, and with <paramref name="unbuilt"/> as well where it asks for
    /// what Envoy knows and the mesh does not.</summary>
    public static bool TryParse(
        string value, bool isResponse, [NotNullWhen(true)] out HeaderTemplate? template, [NotNullWhen(false)] out string? error, out string? unbuilt)
    {
        template = null;
        unbuilt = null;
        error = FindError(value);
        var parts = new List<HeaderTemplatePart>();
        var text = "";
        var rest = value.AsSpan();
        while (error is null && !rest.IsEmpty)
        {
            var percent = rest.IndexOf('%');
            if (percent < 0)
            {
                text += rest.ToString();
                break;
            }

            text += rest[..percent].ToString();
            rest = rest[(percent + 1)..];
            if (rest is ['%', ..])
            {
                text += "%";
                rest = rest[1..];
            }
            else if (FindEnd(rest) is >= 0 and var end)
            {
                AddText(parts, ref text);
                error = AddOperator(parts, rest[..end].ToString(), isResponse, ref unbuilt);
                rest = rest[(end + 1)..];
            }
            else
            {
                error = "it has a '%' that begins no operator; a percent sign is written '%%'";
            }
        }

        AddText(parts, ref text);
        unbuilt = error is null ? unbuilt : null;
        error ??= unbuilt is null ? null : $"the operator {FindingSink.Quote($"%{unbuilt}%")} is not built yet in this version";
        template = error is null ? new(parts) : null;
        return error is null;
    }

    /// <summary>Why no header can have the text, whatever stands in it; null where one can.</summary>
    public static string? FindError(string value) => value.Length > Longest ? "it is longer than 8192 characters, which no server takes"
        : value.AsSpan().ContainsAnyExcept(Sendable) ? "a header value is one line of ASCII characters" : null;

    private static void AddText(List<HeaderTemplatePart> parts, ref string text)
    {
        if (text.Length > 0)
        {
            parts.Add(new(HeaderTemplateSource.Text, text));
            text = "";
        }
    }

    /// <summary>The percent sign that ends an operator. What stands in its parentheses may have others: <c>%START_TIME(%Y)%</c>.</summary>
    private static int FindEnd(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('%');
        var open = rest.IndexOf('(');
        if (open < 0 || open > end)
        {
            return end;
        }

        var close = rest[open..].IndexOf(')');
        var after = close < 0 ? -1 : rest[(open + close)..].IndexOf('%');
        return after < 0 ? -1 : open + close + after;
    }

    private static string? AddOperator(List<HeaderTemplatePart> parts, string written, bool isResponse, ref string? unbuilt)
    {
        var open = written.IndexOf('(', StringComparison.Ordinal);
        var close = written.LastIndexOf(')');
        var end = written.AsSpan().IndexOfAny('(', ':');
        var name = end < 0 ? written : written[..end];
        var quoted = FindingSink.Quote($"%{written}%");
        HeaderTemplateSource? source = name switch
        {
            "REQ" => HeaderTemplateSource.Request,
            "RESP" when isResponse => HeaderTemplateSource.Response,
            _ => null,
        };
        if (source is null)
        {
            var isKnown = EnvoyOperators.IsKnown(name);
            unbuilt = isKnown ? unbuilt ?? written : unbuilt;
            return isKnown ? null
                : $"the operator {quoted} is known neither here, where %REQ(name)%{(isResponse ? ", %RESP(name)%" : "")} and %% for a percent sign are, nor to Envoy, which refuses the route";
        }

        var names = close > open && open > 0 ? written[(open + 1)..close].Split('?') : [];
        if (names.Length is 0 or > 2 || names.Any(header => !HeaderName.IsValid(header.TrimStart(':'))))
        {
            return $"{quoted} needs one header name in parentheses, or two with '?' between";
        }

        var length = int.MaxValue;
        var suffix = written[(close + 1)..];
        if (suffix.Length > 0 && !(suffix[0] == ':' && int.TryParse(suffix.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out length)))
        {
            return $"{quoted} may end with ':' and a number of characters";
        }

        parts.Add(new(source.Value, names[0].ToLowerInvariant(), names.Length == 2 ? names[1].ToLowerInvariant() : null, length));
        return null;
    }
}
