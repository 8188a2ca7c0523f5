namespace Mesh.Client.Configuration;

/// <summary>The codes that the annotations of an object ask to hear nothing of. Errors are told all the same.</summary>
internal sealed class Suppression
{
    private const string All = "*";

    /// <summary>The first is Istio's, so that what silences <c>istioctl analyze</c> holds here too.</summary>
    private static readonly string[] Annotations = ["galley.istio.io/analyze-suppress", "mesh-client/suppress"];

    private readonly HashSet<string> _codes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null where the annotations suppress nothing.</summary>
    public static Suppression? Of(IReadOnlyDictionary<string, string> annotations)
    {
        Suppression? suppression = null;
        foreach (var annotation in Annotations)
        {
            if (annotations.TryGetValue(annotation, out var codes))
            {
                suppression ??= new();
                suppression._codes.UnionWith(Split(codes));
            }
        }

        return suppression;
    }

    /// <summary>Tells of codes that nobody knows, since they would suppress nothing.</summary>
    public static void Check(ConfigurationNode annotations, FindingSink findings)
    {
        foreach (var (name, node) in annotations.Properties)
        {
            foreach (var code in Annotations.Contains(name) && node.Text is { } text ? Split(text) : [])
            {
                if (code != All && !FindingAliases.IsKnown(code))
                {
                    findings.Info(FindingCodes.BadSuppression, node, $"{FindingSink.Quote(code)} in '{name}' is no code of a finding and suppresses nothing.",
                        "Write codes as findings show them, with commas between, or *.");
                }
            }
        }
    }

    public bool Covers(string code, IReadOnlyList<string> aliases) => _codes.Contains(All) || _codes.Contains(code) || aliases.Any(_codes.Contains);

    private static string[] Split(string codes) => codes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
