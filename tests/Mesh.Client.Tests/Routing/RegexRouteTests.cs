using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Tests.Routing;

/// <summary>Patterns all the way from the text of a rule to the choice of a subset.</summary>
public sealed class RegexRouteTests
{
    private const string Rules =
        """
        {
          "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http" } ] } },
          "VirtualServices": {
            "reviews": {
              "hosts": [ "reviews" ],
              "http": [
                { "match": [ { "headers": { "cookie": { "regex": "^(.*?;)?(user=jason)(;.*)?$" } } } ],
                  "route": [ { "destination": { "host": "reviews", "subset": "cookie" } } ] },
                { "match": [ { "uri": { "regex": "/reviews/(\\d{1,3}|all)" } } ],
                  "route": [ { "destination": { "host": "reviews", "subset": "path" } } ] },
                { "route": [ { "destination": { "host": "reviews", "subset": "rest" } } ] }
              ]
            }
          },
          "DestinationRules": {
            "reviews": { "host": "reviews", "subsets": [ { "name": "cookie" }, { "name": "path" }, { "name": "rest" } ] }
          }
        }
        """;

    [Theory]
    [InlineData("/", "a=b;user=jason", "cookie")]
    [InlineData("/", "a=b;user=jasons", "rest")]
    [InlineData("/reviews/17?user=jason", null, "path")]
    [InlineData("/reviews/all", null, "path")]
    [InlineData("/reviews/1000", null, "rest")]
    [InlineData("/x/reviews/17", null, "rest")]
    public void Rule_with_a_pattern_takes_the_calls_whose_whole_value_matches(string path, string? cookie, string subset)
    {
        var document = DocumentLoader.Load(MeshDocument.FromMeshJson("appsettings.json", Rules));
        Assert.False(document.IsRefused, string.Join("; ", document.Findings));
        var snapshot = SnapshotCompiler.Compile(ConfigurationMerger.Merge([document]).Configuration, 1);
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://reviews{path}");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        Assert.True(HostTable.TryFind(snapshot, request.RequestUri!, out var host));
        Assert.Equal(subset, RouteSelector.Select(host, request, MeshRandom.Seeded(1)).Cluster?.Key.Subset);
    }
}
