using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>One scalar to a value; null and a finding where it is not what is needed.</summary>
internal static class ScalarReader
{
    // Beyond it a double no longer tells neighbouring integers apart.
    private const double LargestExactInteger = 1L << 53;

    public static string? Text(ConfigurationNode node, FindingSink findings)
    {
        switch (node.Kind)
        {
            case NodeKind.String or NodeKind.Untyped:
                return node.Text;
            case NodeKind.Number or NodeKind.Boolean:
                findings.Error(FindingCodes.WrongType, node, $"text is needed here, and {FindingSink.Quote(node.Text)} is written as a {Name(node.Kind)}.",
                    $"Quote it: \"{node.Text}\".");
                return null;
            default:
                WrongType(node, "text", findings);
                return null;
        }
    }

    public static int? Integer(ConfigurationNode node, int least, int most, FindingSink findings)
        => (int?)Long(node, least, most, findings);

    public static long? Long(ConfigurationNode node, long least, long most, FindingSink findings)
    {
        if (!IsNumber(node, "a whole number", findings))
        {
            return null;
        }

        var isWhole = TryWhole(node.Text!, out var value);
        if (!isWhole || value < least || value > most)
        {
            findings.Error(isWhole ? FindingCodes.OutOfRange : FindingCodes.WrongType, node, string.Create(CultureInfo.InvariantCulture,
                $"{FindingSink.Quote(node.Text)} is not allowed; a whole number from {least} to {most} is needed."));
            return null;
        }

        return value;
    }

    public static double? Number(ConfigurationNode node, FindingSink findings)
    {
        if (!IsNumber(node, "a number", findings))
        {
            return null;
        }

        if (double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
        {
            return value;
        }

        findings.Error(FindingCodes.OutOfRange, node, $"{FindingSink.Quote(node.Text)} is not a finite number.");
        return null;
    }

    public static bool? Flag(ConfigurationNode node, FindingSink findings)
    {
        if (node.Kind is NodeKind.Boolean or NodeKind.Untyped && bool.TryParse(node.Text, out var value))
        {
            return value;
        }

        WrongType(node, "true or false", findings);
        return null;
    }

    public static TimeSpan? Duration(ConfigurationNode node, FindingSink findings)
    {
        if (node.Kind == NodeKind.Number)
        {
            findings.Error(FindingCodes.BadDuration, node, $"the duration {FindingSink.Quote(node.Text)} has no unit.",
                $"Write \"{node.Text}s\" for seconds.");
            return null;
        }

        if (Text(node, findings) is not { } text)
        {
            return null;
        }

        if (DurationText.TryParse(text, out var duration, out var error))
        {
            return duration;
        }

        findings.Error(FindingCodes.BadDuration, node, $"{FindingSink.Quote(text)} cannot be used: {error}.");
        return null;
    }

    /// <summary>One of <paramref name="choices"/>, without regard to case.</summary>
    public static T? Choice<T>(ConfigurationNode node, IReadOnlyList<KeyValuePair<string, T>> choices, FindingSink findings)
        where T : struct
    {
        if (Text(node, findings) is not { } text)
        {
            return null;
        }

        foreach (var (name, value) in choices)
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            {
                findings.Spellings?.AddValue(node, name);
                return value;
            }
        }

        var names = choices.Select(choice => choice.Key).ToList();
        var nearest = findings.IsFull ? null : NearestName.Find(text, names);
        findings.Error(FindingCodes.UnknownValue, node, $"{FindingSink.Quote(text)} is not allowed; one of {string.Join(", ", names)} is needed.",
            nearest is null ? null : $"Did you mean {nearest}?");
        return null;
    }

    public static void WrongType(ConfigurationNode node, string needed, FindingSink findings)
    {
        if (node.Kind == NodeKind.Null)
        {
            findings.Error(FindingCodes.NullValue, node, $"{needed} is needed here, and nothing is written.", "Write a value, or remove the key.");
            return;
        }

        findings.Error(FindingCodes.WrongType, node, node.Text is { } text
            ? $"{needed} is needed here, and {FindingSink.Quote(text)} is written as a {Name(node.Kind)}."
            : $"{needed} is needed here, and a {Name(node.Kind)} is written.");
    }

    private static bool IsNumber(ConfigurationNode node, string needed, FindingSink findings)
    {
        if (node.Kind is NodeKind.Number || (node.Kind == NodeKind.Untyped && node.Text is not null))
        {
            return true;
        }

        if (node.Kind == NodeKind.String && double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            findings.Error(FindingCodes.WrongType, node, $"{needed} is needed here, and {FindingSink.Quote(node.Text)} is written as text.", "Remove the quotes.");
            return false;
        }

        WrongType(node, needed, findings);
        return false;
    }

    /// <summary>Also <c>80.0</c>, which JSON does not tell from <c>80</c>, and YAML's <c>0x50</c> and <c>0o120</c>.</summary>
    private static bool TryWhole(string text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }

        if (text.StartsWith("0o", StringComparison.Ordinal))
        {
            var isShort = text.Length is > 2 and <= 22;
            for (var index = 2; isShort && index < text.Length; index++)
            {
                isShort = text[index] is >= '0' and <= '7';
                value = (value << 3) + (text[index] - '0');
            }

            return isShort;
        }

        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real);
        value = isNumber && Math.Abs(real) <= LargestExactInteger ? (long)real : 0;
        return isNumber && Math.Abs(real) <= LargestExactInteger && Math.Floor(real) == real;
    }

    public static string Name(NodeKind kind) => kind switch
    {
        NodeKind.Mapping => "mapping",
        NodeKind.Sequence => "list",
        NodeKind.Boolean => "boolean",
        NodeKind.Number => "number",
        NodeKind.Null => "null",
        _ => "text",
    };
}
