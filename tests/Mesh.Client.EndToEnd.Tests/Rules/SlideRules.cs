using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Rules;

/// <summary>
/// Rules as older documents write them: <c>v1alpha3</c>, <c>percent</c>. Own texts, and the files of <c>shared/data/slides</c> beside the
/// repository where they are there: both must mean the same.
/// </summary>
internal static class SlideRules
{
    public const string Own = "own texts";
    public const string Shared = "shared/data/slides";

    public const string Subsets = "reviews-subsets.yaml";
    public const string AllV1 = "reviews-all-v1.yaml";
    public const string NinetyNineToOne = "reviews-99-1.yaml";
    public const string ByUser = "reviews-by-user.yaml";
    public const string ByUserAndBrowser = "reviews-by-user-and-browser.yaml";
    public const string AbortForJason = "ratings-abort-jason.yaml";
    public const string DelayForJason = "ratings-delay-jason.yaml";

    private static readonly Dictionary<string, string> Texts = new()
    {
        [Subsets] =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata: { name: reviews }
            spec:
              host: reviews
              subsets:
              - { name: v1, labels: { version: v1 } }
              - { name: v2, labels: { version: v2 } }
              - { name: v3, labels: { version: v3 } }
            """,
        [AllV1] = Reviews("- route: [ { destination: { host: reviews, subset: v1 } } ]"),
        [NinetyNineToOne] = Reviews(
            """
            - route:
                - destination: { host: reviews, subset: v1 }
                  weight: 99
                - destination: { host: reviews, subset: v2 }
                  weight: 1
            """),
        [ByUser] = Reviews(
            """
            - match: [ { headers: { end-user: { regex: (Fred|Don\ Andres) } } } ]
              route: [ { destination: { host: reviews, subset: v2 } } ]
            - match: [ { headers: { end-user: { exact: Jim } } } ]
              route: [ { destination: { host: reviews, subset: v3 } } ]
            - route: [ { destination: { host: reviews, subset: v1 } } ]
            """),
        [ByUserAndBrowser] = Reviews(
            """
            - match:
              - headers:
                  user-agent: { regex: ".*Chrome.*" }
                  end-user: { regex: (Fred|Don\ Andres) }
              route: [ { destination: { host: reviews, subset: v2 } } ]
            - match: [ { headers: { end-user: { exact: Jim } } } ]
              route: [ { destination: { host: reviews, subset: v3 } } ]
            - route: [ { destination: { host: reviews, subset: v1 } } ]
            """),
        [AbortForJason] = RatingsForJason("abort: { percent: 100, httpStatus: 500 }"),
        [DelayForJason] = RatingsForJason("delay: { percent: 100, fixedDelay: 7s }"),
    };

    /// <summary>For theories: where the rules come from.</summary>
    public static TheoryData<string> Sources => new(Own, Shared);

    /// <summary>The paths of these rules; own texts are written into the folder. Skips the test where the shared files are not there.</summary>
    public static List<string> Get(string source, DirectoryInfo folder, params string[] names)
        => [.. names.Select(name => source == Own ? Write(folder, name) : FindShared(name))];

    public static string Read(string source, string name) => source == Own ? Texts[name] : File.ReadAllText(FindShared(name));

    private static string Write(DirectoryInfo folder, string name)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, Texts[name]);
        return path;
    }

    private static string FindShared(string name)
    {
        Assert.SkipUnless(RepositoryRoot.Shared is not null, "The folder shared/data/slides beside the repository is not there; the own texts are tested.");
        return Path.Combine(RepositoryRoot.Shared!, "data", "slides", name);
    }

    private static string Reviews(string rules) =>
        $$"""
        apiVersion: networking.istio.io/v1alpha3
        kind: VirtualService
        metadata: { name: reviews }
        spec:
          hosts: [ reviews ]
          http:
        {{Indent(rules)}}
        """;

    private static string RatingsForJason(string fault) =>
        $$"""
        apiVersion: networking.istio.io/v1alpha3
        kind: VirtualService
        metadata: { name: ratings }
        spec:
          hosts: [ ratings ]
          http:
          - fault:
              {{fault}}
            match: [ { headers: { end-user: { exact: jason } } } ]
            route: [ { destination: { host: ratings, subset: v1 } } ]
          - route: [ { destination: { host: ratings, subset: v1 } } ]
        """;

    private static string Indent(string text) => string.Join('\n', text.Split('\n').Select(line => "  " + line));
}
