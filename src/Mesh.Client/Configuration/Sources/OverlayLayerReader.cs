using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Mesh.Client.Configuration;

/// <summary>Reads the section from a provider that knows only text by key: environment, command line, memory, a vault, one of your own.</summary>
internal static class OverlayLayerReader
{
    /// <summary>As deep as the JSON reader goes; no rule comes near it.</summary>
    public const int MaximumDepth = 64;

    /// <summary>A provider that makes up keys without end must not take the process with it.</summary>
    public const int MaximumKeys = 1_000_000;

    private const int Attempts = 3;

    /// <summary>Null where the provider has nothing in the section.</summary>
    public static LayerPiece? Read(ConfigurationLayer layer, string displayPath)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return ReadOnce(layer, displayPath);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Someone sets a value at this moment; the next look finds the keys at rest.
            }
        }
    }

    private static LayerPiece? ReadOnce(ConfigurationLayer layer, string displayPath)
    {
        var position = new SourcePosition(layer.Description, 0, 0);
        var root = new Entry();
        foreach (var key in Keys(layer, displayPath))
        {
            if (!layer.Provider.TryGet(key, out var value))
            {
                continue;
            }

            var entry = root;
            var rest = key.AsSpan(layer.Path.Length == 0 ? 0 : layer.Path.Length + 1);
            var depth = 0;
            foreach (var segment in rest.Split(ConfigurationPath.KeyDelimiter))
            {
                if (++depth > MaximumDepth)
                {
                    throw TooLarge(layer, displayPath, $"the key '{key}' has more than {MaximumDepth} levels");
                }

                entry = entry.Child(rest[segment].ToString());
            }

            entry.Set(value);
        }

        if (root.Children is null)
        {
            // A lone value in place of the section is for the binder to refuse; an empty one says nothing.
            return layer.Path.Length > 0 && layer.Provider.TryGet(layer.Path, out var lone) && !string.IsNullOrEmpty(lone)
                ? new LayerPiece(ConfigurationNode.Root(displayPath, PathStyle.Colons, NodeKind.Untyped, lone, position), Flat: true)
                : null;
        }

        var node = ConfigurationNode.Root(displayPath, PathStyle.Colons, NodeKind.Mapping, null, position);
        root.CopyTo(node, position);
        return new LayerPiece(node, Flat: true);
    }

    private static List<string> Keys(ConfigurationLayer layer, string displayPath)
    {
        if (layer.Provider is ConfigurationProvider provider)
        {
            // One pass over all keys: asking level by level costs a pass for every node.
            var prefix = layer.Path.Length == 0 ? "" : layer.Path + ConfigurationPath.KeyDelimiter;
            var keys = DataOf(provider).Keys.Where(key => key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).ToList();
            if (keys.Count > 0)
            {
                // In memory the order is the author's; elsewhere it is an accident of hashing.
                return provider is MemoryConfigurationProvider ? keys : [.. keys.Order(ConfigurationKeyComparer.Instance)];
            }
        }

        return Walk(layer, displayPath);
    }

    private static List<string> Walk(ConfigurationLayer layer, string displayPath)
    {
        var found = new List<string>();
        var pending = new Stack<(string? Path, int Depth)>();
        pending.Push((layer.Path.Length == 0 ? null : layer.Path, 0));
        while (pending.TryPop(out var parent))
        {
            if (parent.Depth > MaximumDepth)
            {
                throw TooLarge(layer, displayPath, $"below '{parent.Path}' it has more than {MaximumDepth} levels");
            }

            var names = layer.Provider.GetChildKeys([], parent.Path).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            for (var i = names.Count - 1; i >= 0; i--)
            {
                pending.Push((parent.Path is null ? names[i] : ConfigurationPath.Combine(parent.Path, names[i]), parent.Depth + 1));
            }

            if (parent.Path is not null && parent.Depth > 0)
            {
                found.Add(parent.Path);
            }

            if (found.Count + pending.Count > MaximumKeys)
            {
                throw TooLarge(layer, displayPath, $"it has more than {MaximumKeys} keys");
            }
        }

        return found;
    }

    private static SourceFailureException TooLarge(ConfigurationLayer layer, string displayPath, string reason) => new(SourceFindings.Refusal(
        SourceFindings.ProviderTooLarge,
        displayPath,
        $"The section cannot be read from this provider: {reason}.",
        layer.Description,
        "Give rules of that size in a JSON file."));

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Data")]
    private static extern IDictionary<string, string?> DataOf(ConfigurationProvider provider);

    /// <summary>A node while keys still come in; what it is shows only at the end.</summary>
    private sealed class Entry
    {
        private List<string>? _order;
        private string? _value;

        public Dictionary<string, Entry>? Children { get; private set; }

        public void Set(string? value) => _value = value;

        public Entry Child(string name)
        {
            Children ??= new(StringComparer.OrdinalIgnoreCase);
            _order ??= [];
            if (!Children.TryGetValue(name, out var child))
            {
                Children[name] = child = new Entry();
                _order.Add(name);
            }

            return child;
        }

        public void CopyTo(ConfigurationNode node, SourcePosition position)
        {
            foreach (var name in _order ?? [])
            {
                var entry = Children![name];
                var kind = entry.Children is not null ? NodeKind.Mapping : entry._value is null ? NodeKind.Null : NodeKind.Untyped;
                entry.CopyTo(node.AddProperty(name, kind, kind == NodeKind.Untyped ? entry._value : null, position), position);
            }
        }
    }
}
