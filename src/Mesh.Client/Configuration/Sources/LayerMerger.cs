using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>
/// Lays what the providers say over each other. Mappings are united, of scalars the last wins, and an array comes whole from the last
/// provider that has it: merging arrays by index, as configuration does, would mix the routes of two rules.
/// </summary>
internal sealed class LayerMerger(List<MeshFinding> findings)
{
    /// <summary>One tree from all that is said about a value, the first provider's first.</summary>
    public ConfigurationNode Merge(string path, IReadOnlyList<LayerPiece> pieces)
    {
        var settled = Settle(pieces, null, path);
        var root = ConfigurationNode.Root(path, PathStyle.Colons, settled.Kind, settled.Text, settled.Position);
        Fill(root, settled.Pieces);
        return root;
    }

    /// <summary>Copies what is below a node.</summary>
    public static void Copy(ConfigurationNode from, ConfigurationNode to)
    {
        foreach (var (name, value) in from.Properties)
        {
            Copy(value, to.AddProperty(name, value.Kind, value.Text, value.Position));
        }

        foreach (var item in from.Items)
        {
            Copy(item, to.AddItem(item.Kind, item.Text, item.Position));
        }
    }

    private void Fill(ConfigurationNode target, List<LayerPiece> pieces)
    {
        if (target.Kind == NodeKind.Sequence)
        {
            foreach (var item in Items(pieces[0]))
            {
                var settled = Settle([item], target, "");
                Fill(target.AddItem(settled.Kind, settled.Text, settled.Position), settled.Pieces);
            }
        }
        else if (target.Kind == NodeKind.Mapping)
        {
            foreach (var (name, children) in Unite(pieces))
            {
                var settled = Settle(children, target, name);
                Fill(target.AddProperty(name, settled.Kind, settled.Text, settled.Position), settled.Pieces);
            }
        }
    }

    private static List<(string Name, List<LayerPiece> Pieces)> Unite(List<LayerPiece> pieces)
    {
        var united = new List<(string Name, List<LayerPiece> Pieces)>();
        var byName = new Dictionary<string, List<LayerPiece>>(StringComparer.OrdinalIgnoreCase);
        foreach (var piece in pieces)
        {
            foreach (var (name, child) in piece.Node.Properties)
            {
                if (!byName.TryGetValue(name, out var list))
                {
                    byName[name] = list = [];
                    united.Add((name, list));
                }

                list.Add(new LayerPiece(child, piece.Flat));
            }
        }

        return united;
    }

    private static IEnumerable<LayerPiece> Items(LayerPiece piece) => piece.Node.Kind == NodeKind.Mapping
        ? piece.Node.Properties
            .OrderBy(property => int.Parse(property.Key, CultureInfo.InvariantCulture))
            .Select(property => new LayerPiece(property.Value, piece.Flat))
        : piece.Node.Items.Select(item => new LayerPiece(item, piece.Flat));

    private Settled Settle(IReadOnlyList<LayerPiece> pieces, ConfigurationNode? parent, string name)
    {
        var live = new Settled(NodeKind.Null, []);
        foreach (var piece in pieces)
        {
            live = live.Pieces.Count == 0 ? new Settled(Shape(piece), [piece]) : Lay(live, piece, parent, name);
        }

        return live;
    }

    private Settled Lay(Settled live, LayerPiece next, ConfigurationNode? parent, string name)
    {
        var kind = Shape(next);
        switch (kind)
        {
            case NodeKind.Mapping when IsMapping(live):
                return new Settled(NodeKind.Mapping, [.. live.Pieces, next]);

            case NodeKind.Sequence when live.Kind == NodeKind.Mapping && next.Flat && next.Node.Kind == NodeKind.Mapping:
                return new Settled(NodeKind.Mapping, [.. live.Pieces, next]);

            case NodeKind.Sequence when live.Kind == NodeKind.Sequence:
                if (!NodeComparison.AreEquivalent(live.Pieces[0].Node, next.Node))
                {
                    Report(SourceFindings.ArrayReplaced, "The array", live, next, parent, name);
                }

                return new Settled(kind, [next]);

            case NodeKind.Null or NodeKind.Untyped when next.Flat && string.IsNullOrEmpty(next.Node.Text) && IsStructure(live.Kind):
                // Flattened, {} is a null and [] an empty text.
                if (live.Kind == NodeKind.Mapping || next.Node.Text is null)
                {
                    return live;
                }

                Report(SourceFindings.ArrayReplaced, "The empty array", live, next, parent, name);
                return new Settled(NodeKind.Sequence, [new LayerPiece(EmptySequence(next), next.Flat)]);

            default:
                // A null written in JSON takes away on purpose what stood there, and a null can be replaced by anything.
                if (kind != NodeKind.Null && live.Kind != NodeKind.Null && (IsStructure(kind) || IsStructure(live.Kind)))
                {
                    Report(SourceFindings.ShapeReplaced, $"The {Describe(kind)}", live, next, parent, name);
                }

                return new Settled(kind, [next]);
        }
    }

    private static bool IsMapping(Settled live)
        => live.Kind == NodeKind.Mapping || (live.Pieces[0].Flat && live.Pieces[0].Node.Kind == NodeKind.Mapping);

    private static bool IsStructure(NodeKind kind) => kind is NodeKind.Mapping or NodeKind.Sequence;

    /// <summary>A flat mapping all of whose names are numbers is an array, unless another provider shows that it is a mapping.</summary>
    private static NodeKind Shape(LayerPiece piece)
        => piece.Flat && piece.Node.Kind == NodeKind.Mapping && piece.Node.Properties.Count > 0
            && piece.Node.Properties.TrueForAll(property => IsIndex(property.Key))
            ? NodeKind.Sequence
            : piece.Node.Kind;

    private static bool IsIndex(string name)
        => name.Length is > 0 and < 10 && name.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && (name.Length == 1 || name[0] != '0');

    private static ConfigurationNode EmptySequence(LayerPiece piece)
        => ConfigurationNode.Root(piece.Node.Path, PathStyle.Colons, NodeKind.Sequence, null, piece.Node.Position);

    private void Report(string code, string what, Settled live, LayerPiece next, ConfigurationNode? parent, string name)
    {
        var path = parent is null ? name : $"{parent.Path}:{name}";
        var message = $"{what} of {Place(next.Node.Position)} replaces the {Describe(live.Kind)} of {Place(live.Position)} as a whole; they are not merged.";

        // A file that names an array again says what it means, as every layer of settings does. A key such as http:0:timeout looks as if it
        // changed one item, and takes all the others away.
        findings.Add(code == SourceFindings.ArrayReplaced && !next.Flat
            ? SourceFindings.Info(code, path, message, next.Node.Position)
            : SourceFindings.Warning(code, path, message, next.Node.Position, "Write the whole value in one place."));
    }

    private static string Place(SourcePosition position)
        => position.Source is null ? "code" : position.Line > 0 ? $"{position.Source}({position.Line})" : position.Source;

    private static string Describe(NodeKind kind) => kind switch
    {
        NodeKind.Sequence => "array",
        NodeKind.Mapping => "object",
        _ => "value",
    };

    private readonly record struct Settled(NodeKind Kind, List<LayerPiece> Pieces)
    {
        public string? Text => Pieces.Count == 0 || IsStructure(Kind) ? null : Pieces[0].Node.Text;

        public SourcePosition Position => Pieces.Count == 0 ? SourcePosition.None : Pieces[0].Node.Position;
    }
}
