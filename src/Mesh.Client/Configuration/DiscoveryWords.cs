namespace Mesh.Client.Configuration;

/// <summary>The words that <c>Discovery</c> takes: the built-in ways, and the names of the sources that the application has registered.</summary>
internal sealed class DiscoveryWords
{
    private const string Kubernetes = "Kubernetes";
    private const int LongestName = 63;

    private static readonly KeyValuePair<string, DiscoveryKind>[] BuiltInWords =
    [
        new("Static", DiscoveryKind.Static), new("Dns", DiscoveryKind.Dns), new("DnsSrv", DiscoveryKind.DnsSrv),
        new("ServiceDiscovery", DiscoveryKind.ServiceDiscovery), new("None", DiscoveryKind.None),
    ];

    // Null: which there are is not known here.
    private readonly string[]? _sources;

    private DiscoveryWords(string[]? sources) => _sources = sources;

    /// <summary>No source is registered.</summary>
    public static DiscoveryWords BuiltIn { get; } = new([]);

    /// <summary>For rules that are read by another process than the one that they are for: every word may name a source there.</summary>
    public static DiscoveryWords Any { get; } = new(null);

    /// <param name="sources">The names of the registered sources.</param>
    /// <exception cref="ArgumentException">A name cannot be used, or two are the same.</exception>
    public static DiscoveryWords With(IEnumerable<string> sources)
    {
        string[] names = [.. sources];
        if (Array.Find(names, name => FindProblem(name) is not null) is { } bad)
        {
            throw new ArgumentException(FindProblem(bad), nameof(sources));
        }

        return names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new ArgumentException(
                $"Two endpoint sources are named '{twice.Key}', so that 'Discovery' cannot tell them apart. Register one of them, or give each a name of its own.", nameof(sources))
            : names.Length == 0 ? BuiltIn : new(names);
    }

    /// <summary>Why a source cannot have that name; null where it can.</summary>
    public static string? FindProblem(string? name)
        => string.IsNullOrEmpty(name) || name.Length > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? $"{FindingSink.Quote(name ?? "")} cannot be the name of an endpoint source: 1 to {LongestName} letters, digits, '-', '_' and '.' are allowed."
            : Array.Exists(BuiltInWords, word => IsSame(word.Key, name))
                ? $"'{name}' cannot be the name of an endpoint source: in 'Discovery' the word stands for what is built in."
                : null;

    /// <summary>What the field names; null, and a finding, where that is nothing.</summary>
    public DiscoveryChoice? Read(FieldReader fields, string field)
    {
        if (fields.TextOrEmpty(field) is not { } text)
        {
            return null;
        }

        var node = fields.Take(field)!;
        foreach (var (word, kind) in BuiltInWords)
        {
            if (IsSame(word, text))
            {
                fields.Findings.Spellings?.AddValue(node, word);
                return kind;
            }
        }

        if ((_sources is null ? FindProblem(text) is null ? text : null : Array.Find(_sources, source => IsSame(source, text))) is { } source)
        {
            return new(DiscoveryKind.Source, source);
        }

        var registered = _sources is null or [] ? "there is none" : $"registered are {string.Join(", ", _sources)}";
        fields.Findings.Error(FindingCodes.UnknownValue, node,
            $"{FindingSink.Quote(text)} is not allowed: no endpoint source of that name is registered ({registered}); "
            + $"one of {string.Join(", ", BuiltInWords.Select(word => word.Key))} is needed.", Hint(text, fields.Findings));
        return null;
    }

    private string Hint(string text, FindingSink findings)
        => !findings.IsFull && NearestName.Find(text, [.. BuiltInWords.Select(word => word.Key), .. _sources ?? []]) is { } nearest ? $"Did you mean {nearest}?"
            : IsSame(text, Kubernetes) ? "Add the package Mesh.Client.Kubernetes and call AddKubernetes()."
            : "Register the source with AddEndpointSource(), or write one of these words.";

    private static bool IsSame(string word, string text) => string.Equals(word, text, StringComparison.OrdinalIgnoreCase);
}
