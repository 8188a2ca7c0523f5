using Microsoft.Extensions.Configuration;

namespace Mesh.Client.Configuration;

/// <summary>Finds the section in a JSON file that was read by our own reader.</summary>
internal sealed class JsonLayerReader(ConfigurationSectionReader.JsonTextReader read)
{
    /// <summary>What the file says about the section: nothing, one tree, or several where it also uses keys such as <c>Mesh:Namespace</c>.</summary>
    public IReadOnlyList<LayerPiece> Read(string name, string text, string path, List<MeshFinding> findings)
    {
        var noticed = new List<MeshFinding>();
        var document = read(name, text, "", PathStyle.Colons, noticed);
        if (document is null)
        {
            throw new SourceFailureException(noticed.Count > 0
                ? noticed
                : [FileNames.Unreadable(name, "it is not JSON")]);
        }

        if (document.Kind != NodeKind.Mapping)
        {
            throw new SourceFailureException(FileNames.Unreadable(name, "it is JSON, but no object"));
        }

        // The file may hold the settings of others; what is wrong there is theirs to say.
        findings.AddRange(noticed.Where(finding => IsInside(finding.Path, path)));
        var pieces = new List<LayerPiece>();
        Locate(document, path, pieces);
        return pieces;
    }

    private static void Locate(ConfigurationNode mapping, string path, List<LayerPiece> pieces)
    {
        if (path.Length == 0)
        {
            pieces.Add(new LayerPiece(mapping, Flat: false));
            return;
        }

        foreach (var (key, value) in mapping.Properties)
        {
            if (string.Equals(key, path, StringComparison.OrdinalIgnoreCase))
            {
                // Null says nothing about the section; a section that shall be empty is written {}.
                if (value.Kind != NodeKind.Null)
                {
                    pieces.Add(new LayerPiece(value, Flat: false));
                }
            }
            else if (IsInside(path, key) && value.Kind == NodeKind.Mapping)
            {
                Locate(value, path[(key.Length + 1)..], pieces);
            }
            else if (IsInside(key, path))
            {
                pieces.Add(new LayerPiece(Nest(path, key[(path.Length + 1)..], value), Flat: false));
            }
        }
    }

    private static ConfigurationNode Nest(string path, string rest, ConfigurationNode value)
    {
        var root = ConfigurationNode.Root(path, PathStyle.Colons, NodeKind.Mapping, null, value.Position);
        var node = root;
        var names = rest.Split(ConfigurationPath.KeyDelimiter);
        foreach (var name in names.AsSpan(..^1))
        {
            node = node.AddProperty(name, NodeKind.Mapping, null, value.Position);
        }

        LayerMerger.Copy(value, node.AddProperty(names[^1], value.Kind, value.Text, value.Position));
        return root;
    }

    private static bool IsInside(string path, string outer)
        => path.StartsWith(outer, StringComparison.OrdinalIgnoreCase) && (path.Length == outer.Length || path[outer.Length] == ':');
}
