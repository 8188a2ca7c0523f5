using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Docs;

/// <summary>C# that the pages show is compiled: each block stands word for word between two markers of Snippets.cs.</summary>
public sealed class SnippetTests
{
    private const string Begin = "// snippet";
    private const string End = "// end";

    [Fact]
    public void Every_csharp_block_stands_in_Snippets()
    {
        var compiled = Compiled();

        Assert.All(DocFile.All.SelectMany(file => file.Blocks("csharp")), block => Assert.True(
            compiled.Contains(block.Text),
            $"{block.Place} is not in Docs/Snippets.cs, so nobody knows that it compiles. Put it between '{Begin}' and '{End}':\n{block.Text}"));
    }

    [Fact]
    public void Every_snippet_is_shown_by_a_page()
    {
        var shown = DocFile.All.SelectMany(file => file.Blocks("csharp")).Select(block => block.Text).ToHashSet();

        Assert.All(Compiled(), snippet => Assert.True(shown.Contains(snippet), $"No page shows this any more:\n{snippet}"));
    }

    [Fact]
    public void The_source_that_the_page_shows_feeds_a_mesh()
    {
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [new FixedRules(DocFile.Get("docs/routing.md").Blocks("yaml").First().Text)] });

        Assert.NotNull(handler);
    }

    [Fact]
    public async Task The_source_of_endpoints_that_the_page_shows_follows_its_registry()
    {
        using var registry = new Registry();
        using var consul = new HttpClient(registry, disposeHandler: false) { BaseAddress = new Uri("http://consul") };
        var query = new MeshEndpointQuery("reviews", "reviews.default.svc.cluster.local", "default", []);
        var endpoints = new List<string>();
        await foreach (var set in new ConsulSource(consul).WatchAsync(query, TestContext.Current.CancellationToken))
        {
            endpoints.AddRange(set.Endpoints.Select(endpoint => $"{endpoint.Address} {endpoint.Labels["version"]}"));
            if (endpoints.Count == 2)
            {
                break;
            }
        }

        Assert.Equal(["10.0.0.0:80 v1", "10.0.0.7:80 v1"], endpoints);
        Assert.Equal(["/v1/health/service/reviews?passing&wait=60s&index=0", "/v1/health/service/reviews?passing&wait=60s&index=7"], registry.Asked);
    }

    private static HashSet<string> Compiled()
    {
        var snippets = new HashSet<string>();
        List<string>? lines = null;
        foreach (var line in File.ReadLines(RepositoryRoot.Combine("tests", "Mesh.Client.Tests", "Docs", "Snippets.cs")))
        {
            if (line.Trim() == Begin)
            {
                lines = [];
            }
            else if (line.Trim() == End)
            {
                snippets.Add(Outdent(lines!));
                lines = null;
            }
            else
            {
                lines?.Add(line);
            }
        }

        return snippets;
    }

    private static string Outdent(List<string> lines)
    {
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Concat(lines.Select(line => (line.Length > 0 ? line[indent..] : "") + "\n"));
    }

    /// <summary>Answers as Consul's health endpoint does; the address tells from which index it was asked.</summary>
    private sealed class Registry : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.PathAndQuery);
            var index = request.RequestUri.Query.Split('=')[^1];
            var response = new HttpResponseMessage
            {
                Content = new StringContent(
                    $$"""[ { "Node": { "ID": "a" }, "Service": { "Service": "reviews", "Address": "10.0.0.{{index}}", "Port": 80, "Meta": { "version": "v1" } } } ]""",
                    System.Net.Http.Headers.MediaTypeHeaderValue.Parse("application/json")),
            };
            response.Headers.Add("X-Consul-Index", "7");
            return Task.FromResult(response);
        }
    }
}
