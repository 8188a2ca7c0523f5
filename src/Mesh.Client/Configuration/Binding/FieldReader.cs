namespace Mesh.Client.Configuration;

/// <summary>
/// The fields of one mapping. Every field the schema has is asked for by name; what is left over at <see cref="Finish"/> is a finding, so that
/// nothing is ignored in silence.
/// </summary>
internal sealed class FieldReader
{
    private readonly bool[] _taken;
    private readonly List<string> _known = [];

    private FieldReader(ConfigurationNode node, FindingSink findings)
    {
        Node = node;
        Findings = findings;
        _taken = new bool[node.Properties.Count];
    }

    public ConfigurationNode Node { get; }

    public FindingSink Findings { get; }

    /// <summary>Null and a finding where the node is not a mapping.</summary>
    public static FieldReader? Open(ConfigurationNode node, FindingSink findings)
    {
        if (node.Kind == NodeKind.Mapping)
        {
            return new FieldReader(node, findings);
        }

        ScalarReader.WrongType(node, "a mapping", findings);
        return null;
    }

    /// <summary>The field of that name, without regard to case and to the underscores of protobuf's own spelling.</summary>
    public ConfigurationNode? Take(string name)
    {
        _known.Add(name);
        ConfigurationNode? found = null;
        var foundName = "";
        for (var index = 0; index < _taken.Length; index++)
        {
            var (key, value) = Node.Properties[index];
            if (!FieldName.IsSame(key, name))
            {
                continue;
            }

            var isAskedAgain = _taken[index];
            _taken[index] = true;
            Findings.Spellings?.AddName(value, name);
            if (found is null || isAskedAgain)
            {
                (found, foundName) = found is null ? (value, key) : (found, foundName);
                continue;
            }

            Findings.Error(FindingCodes.DuplicateKey, value,
                $"'{key}' on line {value.Position.Line} and '{foundName}' on line {found.Position.Line} are one field; only one could be used.", "Remove one of them.");
        }

        return found;
    }

    public FieldReader? Object(string name) => Take(name) is { } node ? Open(node, Findings) : null;

    /// <summary>Legal, and of no meaning to rules.</summary>
    public void Skip(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Take(name);
        }
    }

    public bool Has(string name) => Take(name) is not null;

    /// <summary>A text that may be left out. An empty one is as good as not written, as in Istio, whose messages do not tell the two apart.</summary>
    public string? Text(string name) => TextOrEmpty(name) is { Length: > 0 } text ? text : null;

    /// <summary>A text that may be empty.</summary>
    public string? TextOrEmpty(string name) => Scalar(name) is { } node ? ScalarReader.Text(node, Findings) : null;

    public int? Integer(string name, int least, int most)
        => Scalar(name) is { } node ? ScalarReader.Integer(node, least, most, Findings) : null;

    public double? Number(string name) => Scalar(name) is { } node ? ScalarReader.Number(node, Findings) : null;

    public bool? Flag(string name) => Scalar(name) is { } node ? ScalarReader.Flag(node, Findings) : null;

    public TimeSpan? Duration(string name) => Scalar(name) is { } node ? ScalarReader.Duration(node, Findings) : null;

    public TimeSpan? DurationOrZero(string name)
        => Scalar(name) is not { } node ? null
            : node.Text is { } text && DurationText.IsZero(text) ? TimeSpan.Zero
            : ScalarReader.Duration(node, Findings);

    /// <summary>A duration of which 0 stands for no end: <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan? DurationOrNever(string name)
        => Scalar(name) is not { } node ? null
            : node.Text is { } text && DurationText.IsZero(text) ? Timeout.InfiniteTimeSpan
            : ScalarReader.Duration(node, Findings);

    public T? Choice<T>(string name, IReadOnlyList<KeyValuePair<string, T>> choices)
        where T : struct
        => Scalar(name) is { } node ? ScalarReader.Choice(node, choices, Findings) : null;

    /// <summary>A text without which the object means nothing.</summary>
    public string? RequiredText(string name)
    {
        var node = Take(name);
        if (node is { Kind: not NodeKind.Null } and not { Text: "" })
        {
            return ScalarReader.Text(node, Findings);
        }

        Findings.Error(FindingCodes.MissingField, node ?? Node, Missing(name));
        return null;
    }

    public IReadOnlyList<ConfigurationNode> Items(string name)
    {
        var node = Take(name);
        if (node is null or { Kind: NodeKind.Sequence })
        {
            return node?.Items ?? [];
        }

        ScalarReader.WrongType(node, "a list", Findings);
        return [];
    }

    public IReadOnlyList<string> Texts(string name)
        => [.. Items(name).Select(item => ScalarReader.Text(item, Findings)).OfType<string>()];

    /// <summary>A mapping from text to text.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string name, Action<string, ConfigurationNode, FindingSink>? check = null)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Take(name) is not { } node)
        {
            return map;
        }

        if (node.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(node, "a mapping", Findings);
            return map;
        }

        foreach (var (key, value) in node.Properties)
        {
            if (ScalarReader.Text(value, Findings) is { } text)
            {
                check?.Invoke(key, value, Findings);
                map[key] = text;
            }
        }

        return map;
    }

    /// <summary>A field with which nothing is done, in silence; its value is checked all the same.</summary>
    public void Check(string name, ValueCheck check)
    {
        if (Scalar(name) is { } node)
        {
            check(node, Findings);
        }
    }

    /// <summary>A field that is legal and not built: it is said, and what happens instead.</summary>
    /// <param name="name">The field.</param>
    /// <param name="consequence">What happens instead.</param>
    /// <param name="check">What its value must be; null: anything.</param>
    public bool NotBuilt(string name, string consequence, ValueCheck? check = null)
    {
        if ((check is null ? Take(name) : Scalar(name)) is not { } node)
        {
            return false;
        }

        check?.Invoke(node, Findings);
        if (node.Text is "")
        {
            return false;
        }

        Findings.Warning(FindingCodes.UnbuiltField, node, $"'{name}' is not built yet in this version; {consequence}.");
        return true;
    }

    /// <summary>Several of them with one consequence.</summary>
    public void NoneBuilt(string consequence, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            NotBuilt(name, consequence);
        }
    }

    /// <summary>Reports what the schema does not have. An error, since a misspelt condition would send calls to the wrong place.</summary>
    public void Finish()
    {
        for (var index = 0; index < _taken.Length && !Findings.IsFull; index++)
        {
            if (_taken[index])
            {
                continue;
            }

            var (key, value) = Node.Properties[index];
            var nearest = NearestName.Find(key, _known);
            if (nearest is not null)
            {
                Findings.Withdraw(FindingCodes.MissingField, Node, Missing(nearest));
            }

            Findings.Error(FindingCodes.UnknownField, value,
                $"there is no field {FindingSink.Quote(key)} here; known are {string.Join(", ", _known.Distinct())}.",
                nearest is null ? "Remove it." : $"Did you mean '{nearest}'?");
        }
    }

    private static string Missing(string name) => $"'{name}' is missing or empty.";

    /// <summary>The field, but where it is null.</summary>
    private ConfigurationNode? Scalar(string name)
    {
        var node = Take(name);
        if (node is not { Kind: NodeKind.Null })
        {
            return node;
        }

        Findings.Warning(FindingCodes.NullValue, node, $"'{name}' is null, which is read as not written.", "Write a value, or remove the key.");
        return null;
    }
}
