namespace Mesh.Client.Configuration;

/// <summary>The checks of which those of whole blocks are made.</summary>
internal static class ValueChecks
{
    public static ValueCheck Text { get; } = (node, findings) => ScalarReader.Text(node, findings);

    public static ValueCheck Flag { get; } = (node, findings) => ScalarReader.Flag(node, findings);

    public static ValueCheck Number { get; } = (node, findings) => ScalarReader.Number(node, findings);

    public static ValueCheck Duration { get; } = (node, findings) => ScalarReader.Duration(node, findings);

    public static ValueCheck Port { get; } = Integer(1, 65535);

    public static ValueCheck Count { get; } = Integer(0, int.MaxValue);

    /// <summary>A mapping, whatever it holds.</summary>
    public static ValueCheck Mapping { get; } = (node, findings) => FieldReader.Open(node, findings);

    public static ValueCheck Texts { get; } = ListOf(Text);

    public static ValueCheck Integer(int least, int most) => (node, findings) => ScalarReader.Integer(node, least, most, findings);

    public static ValueCheck Choice(params IReadOnlyList<string> names)
    {
        KeyValuePair<string, int>[] choices = [.. names.Select((name, index) => KeyValuePair.Create(name, index))];
        return (node, findings) => ScalarReader.Choice(node, choices, findings);
    }

    public static ValueCheck ListOf(ValueCheck item) => (node, findings) =>
    {
        if (node.Kind != NodeKind.Sequence)
        {
            ScalarReader.WrongType(node, "a list", findings);
        }

        foreach (var each in node.Items)
        {
            item(each, findings);
        }
    };

    public static ValueCheck MapOf(ValueCheck value) => (node, findings) =>
    {
        if (node.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(node, "a mapping", findings);
        }

        foreach (var (_, each) in node.Properties)
        {
            value(each, findings);
        }
    };

    /// <summary>A mapping with these fields and no others.</summary>
    public static ValueCheck Fields(params IReadOnlyList<(string Name, ValueCheck Check)> known) => (node, findings) =>
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return;
        }

        foreach (var (name, check) in known)
        {
            fields.Check(name, check);
        }

        fields.Finish();
    };
}
