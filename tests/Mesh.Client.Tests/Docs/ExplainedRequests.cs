using System.Text.Json;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Docs;

/// <summary>The requests of docs/explain.md, by the heading under which each stands, and what the mesh of Bookinfo says of them.</summary>
internal static class ExplainedRequests
{
    public const string Page = "docs/explain.md";

    private const string OwnRules = "details.yaml";

    private static readonly Dictionary<string, (string Rules, Func<HttpRequestMessage> Request)> Requests = new()
    {
        ["jason"] = ("reviews-jason-v2.yaml", () => Get("http://reviews:9080/reviews/0", ("end-user", "jason"))),
        ["Somebody else"] = ("reviews-jason-v2.yaml", () => Get("http://reviews:9080/reviews/0", ("end-user", "bob"))),
        ["A canary"] = ("reviews-90-10.yaml", () => Get("http://reviews:9080/reviews/0")),
        ["A fault"] = ("ratings-abort-jason.yaml", () => Get("http://ratings:9080/ratings/0", ("end-user", "jason"))),
        ["A timeout"] = ("reviews-timeout.yaml", () => new HttpRequestMessage(HttpMethod.Post, "http://reviews/reviews/0")),
        ["The caller chooses"] = ("reviews-90-10.yaml", Asking),
        ["A subset that is not defined"] = (OwnRules, () => Get("http://details:9080/details/0?beta=true")),
        ["A subset without endpoints"] = (OwnRules, () => Get("http://details:9080/details/1?beta=yes")),
        ["No rule matches"] = (OwnRules, () => Get("http://details:9080/health", ("end-user", "bob"))),
        ["A host that is not known"] = (OwnRules, () => Get("http://recommendations:9080/")),
        ["A port that is not declared"] = (OwnRules, () => Get("http://details:9081/details/0")),
    };

    public static IReadOnlyCollection<string> Headings => Requests.Keys;

    /// <param name="heading">Which request.</param>
    /// <param name="ownRules">The rules that the page itself shows.</param>
    public static string Explain(string heading, string ownRules)
    {
        var (rules, request) = Requests[heading];
        var yaml = rules == OwnRules ? ownRules : File.ReadAllText(RepositoryRoot.Combine("samples", "Bookinfo", "rules", rules));
        var source = new FakeSource();
        source.Push(MeshDocument.FromMeshJson("appsettings.json", BookinfoSection()), MeshDocument.FromIstioYaml(rules, yaml));
        using var mesh = new MeshFixture(source);
        return mesh.Mesh.Explain(request()).ToString();
    }

    private static string BookinfoSection()
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using var settings = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Combine("samples", "Bookinfo", "appsettings.json")), options);
        return settings.RootElement.GetProperty("Mesh").GetRawText();
    }

    private static HttpRequestMessage Asking()
    {
        var request = Get("http://reviews:9080/reviews/0");
        request.SetMesh(new MeshCallOptions { Subset = "v3", Timeout = TimeSpan.FromSeconds(2), DisableRetries = true });
        return request;
    }

    private static HttpRequestMessage Get(string uri, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
