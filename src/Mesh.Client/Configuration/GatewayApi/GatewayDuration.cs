using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Durations as the Gateway API writes them (GEP-2257): up to four whole numbers with h, m, s or ms behind each, such as 1m30s.</summary>
internal static class GatewayDuration
{
    private const int MostTerms = 4;
    private const int MostDigits = 5;

    /// <summary>Null where it is not written, and with a finding where it is no duration; 0 is allowed.</summary>
    public static TimeSpan? Read(FieldReader fields, string name)
    {
        if (fields.Text(name) is not { } text)
        {
            return null;
        }

        if (TryParse(text) is { } duration)
        {
            if (duration <= DurationText.Longest)
            {
                return duration;
            }

            fields.Findings.Error(FindingCodes.BadDuration, fields.Take(name)!, $"{FindingSink.Quote(text)} cannot be used: a duration can be at most 1193h (49 days), the longest that a timer waits.");
            return null;
        }

        fields.Findings.Error(FindingCodes.BadDuration, fields.Take(name)!,
            $"{FindingSink.Quote(text)} cannot be used: the Gateway API writes a duration as up to four whole numbers of at most five digits, each with h, m, s or ms, such as 1m30s or 500ms.");
        return null;
    }

    private static TimeSpan? TryParse(string text)
    {
        var rest = text.AsSpan();
        var sum = TimeSpan.Zero;
        for (var terms = 0; !rest.IsEmpty; terms++)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (terms == MostTerms || digits is < 1 or > MostDigits)
            {
                return null;
            }

            var number = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var next = rest.IndexOfAnyInRange('0', '9');
            TimeSpan? term = (next < 0 ? rest : rest[..next]) switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => null,
            };
            if (term is null)
            {
                return null;
            }

            sum += term.Value;
            rest = next < 0 ? [] : rest[next..];
        }

        return sum;
    }
}
