using System.Buffers;
using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Durations as Istio writes them: <c>7s</c>, <c>0.5s</c>, <c>1m30s</c>, <c>500ms</c>.</summary>
internal static class DurationText
{
    /// <summary>What a .NET timer can wait: a longer one would throw when the first call needs it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1L);

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    // Nobody writes more; it keeps the sums far from overflow.
    private const int LongestText = 40;
    private const int LongestNumber = 22;

    /// <summary>A duration of nothing, with a unit: <c>0s</c>, <c>0.0ms</c>.</summary>
    public static bool IsZero(string text)
    {
        var rest = text.AsSpan();
        return rest.Length is > 1 and <= LongestText && TryTerm(ref rest, out var term) && rest.IsEmpty && term == 0;
    }

    /// <summary>False with <paramref name="error"/> where the text is no duration, or not whole milliseconds from 1 ms up.</summary>
    public static bool TryParse(string text, out TimeSpan duration, out string error)
    {
        duration = default;
        error = "a duration is written as number and unit (h, m, s, ms, us, ns), such as 7s, 0.5s or 1m30s";
        var rest = text.AsSpan();
        if (rest.IsEmpty || rest.Length > LongestText)
        {
            return false;
        }

        if (rest[0] == '-')
        {
            error = "a duration must be at least 1ms";
            return false;
        }

        rest = rest[0] == '+' ? rest[1..] : rest;
        decimal nanoseconds = 0;
        if (rest is not "0")
        {
            do
            {
                if (!TryTerm(ref rest, out var term))
                {
                    return false;
                }

                nanoseconds += term;
            }
            while (!rest.IsEmpty);
        }

        const decimal PerMillisecond = 1_000_000;
        if (nanoseconds < PerMillisecond)
        {
            error = "a duration must be at least 1ms";
            return false;
        }

        if (nanoseconds > (decimal)Longest.TotalMilliseconds * PerMillisecond)
        {
            error = "a duration can be at most 1193h (49 days), the longest that a timer waits";
            return false;
        }

        if (nanoseconds % PerMillisecond != 0)
        {
            error = "a duration must be whole milliseconds";
            return false;
        }

        duration = TimeSpan.FromTicks((long)(nanoseconds / 100));
        return true;
    }

    private static bool TryTerm(ref ReadOnlySpan<char> rest, out decimal nanoseconds)
    {
        nanoseconds = 0;
        var digits = rest.IndexOfAnyExcept(NumberCharacters);
        if (digits <= 0 || digits > LongestNumber
            || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > 1_000_000_000_000)
        {
            return false;
        }

        rest = rest[digits..];
        var end = rest.IndexOfAnyInRange('0', '9');
        var unit = end < 0 ? rest : rest[..end];
        decimal scale = unit switch
        {
            "ns" => 1,
            "us" or "\u00B5s" or "\u03BCs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => 0,
        };
        rest = end < 0 ? [] : rest[end..];
        nanoseconds = number * scale;
        return scale != 0;
    }
}
