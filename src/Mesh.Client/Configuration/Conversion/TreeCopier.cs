namespace Mesh.Client.Configuration;

/// <summary>Copies values into the converted tree, in Istio's spelling where the schema is known; what the other format cannot write is an
/// error.</summary>
/// <param name="spellings">What the binders know of the document that is copied from.</param>
/// <param name="findings">Where to report.</param>
/// <param name="isForJson">Numbers get JSON's spelling, and keys must differ in more than case, as the configuration of .NET needs it.</param>
internal sealed class TreeCopier(FieldSpellings spellings, FindingSink findings, bool isForJson)
{
    public void CopyFields(ConfigurationNode parent, IEnumerable<KeyValuePair<string, ConfigurationNode>> fields)
    {
        var names = isForJson ? new HashSet<string>(StringComparer.OrdinalIgnoreCase) : null;
        foreach (var (name, value) in fields)
        {
            if (names?.Add(name) == false)
            {
                findings.Error(FindingCodes.ConvertedTwice, value,
                    $"another key differs from {FindingSink.Quote(name)} in case alone; in the configuration of .NET the two are one.", "Rename or remove one of them.");
            }

            CopyProperty(parent, spellings.NameOf(value, name), value);
        }
    }

    /// <summary>With the name as it is given.</summary>
    public void CopyProperty(ConfigurationNode parent, string name, ConfigurationNode value)
    {
        CheckCharacters(name, value);
        CopyChildren(value, parent.AddProperty(name, value.Kind, TextOf(value), value.Position));
    }

    private void CopyChildren(ConfigurationNode from, ConfigurationNode to)
    {
        CopyFields(to, from.Properties);
        foreach (var item in from.Items)
        {
            CopyChildren(item, to.AddItem(item.Kind, TextOf(item), item.Position));
        }
    }

    private string? TextOf(ConfigurationNode node)
    {
        switch (node.Kind)
        {
            case NodeKind.Number when isForJson:
                if (JsonNumber.From(node.Text!) is { } number)
                {
                    return number;
                }

                findings.Error(FindingCodes.NotWritable, node, $"JSON cannot write the number {FindingSink.Quote(node.Text)}.", "Write another number, or quote it where text is meant.");
                return "0";
            case NodeKind.String:
                var text = spellings.TextOf(node)!;
                CheckCharacters(text, node);
                return text;
            case NodeKind.Boolean:
                return node.Text!.ToLowerInvariant();
            default:
                return node.Text;
        }
    }

    private void CheckCharacters(string text, ConfigurationNode at)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsSurrogatePair(text, index))
            {
                index++;
            }
            else if (char.IsSurrogate(text[index]))
            {
                findings.Error(FindingCodes.NotWritable, at, "the text holds half of a surrogate pair, which no file can hold.", "Remove the character.");
                return;
            }
        }
    }
}
