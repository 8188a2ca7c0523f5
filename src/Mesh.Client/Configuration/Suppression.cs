namespace Mesh.Client.Configuration;

/// <summary>The codes that the annotations of an object ask to hear nothing of. Errors are told all the same.</summary>
internal sealed class Suppression
{
    private const string All = "*";

    private const string Kiali = "kiali.io/ignore-validations";

    /// <summary>Those of Istio and Kiali too, so that what silences <c>istioctl analyze</c> or Kiali holds here.</summary>
    private static readonly string[] Annotations = ["galley.istio.io/analyze-suppress", Kiali, "mesh-client/suppress"];

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
                suppression._codes.UnionWith(Split(annotation, codes));
            }
        }

        return suppression;
    }

    /// <summary>Tells of codes that nobody knows, since they would suppress nothing.</summary>
    public static void Check(ConfigurationNode annotations, FindingSink findings)
    {
        foreach (var (name, node) in annotations.Properties)
        {
            foreach (var code in Annotations.Contains(name) && node.Text is { } text ? Split(name, text) : [])
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

    /// <summary>Kiali takes an empty annotation for all of its codes.</summary>
    private static string[] Split(string annotation, string codes) => annotation == Kiali && string.IsNullOrWhiteSpace(codes) ? [All] : codes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
