namespace Mesh.Client.Telemetry;

/// <summary>One member of a W3C baggage header, taken apart.</summary>
internal readonly ref struct BaggageMember
{
    /// <summary>False for what has no key.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out BaggageMember member)
    {
        var semicolon = text.IndexOf(';');
        var pair = semicolon < 0 ? text : text[..semicolon];
        var equals = pair.IndexOf('=');
        member = equals <= 0 ? default : new BaggageMember
        {
            Key = pair[..equals].Trim(),
            Value = pair[(equals + 1)..].Trim(),
            Properties = semicolon < 0 ? default : text[semicolon..].Trim(),
        };
        return equals > 0;
    }

    public ReadOnlySpan<char> Key { get; private init; }

    /// <summary>As it stands there, percent-encoded.</summary>
    public ReadOnlySpan<char> Value { get; private init; }

    /// <summary>With the semicolon before each.</summary>
    public ReadOnlySpan<char> Properties { get; private init; }

    /// <summary>What the value says, whichever of its characters the sender escaped: an Activity decodes what it carries, so that the same
    /// header would else say two things. What is no escape stays as it is.</summary>
    public ReadOnlySpan<char> DecodedValue => Value.Contains('%') ? Uri.UnescapeDataString(Value) : Value;
}
