using Mesh.Client.Configuration;
using Mesh.Client.Diagnostics;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Diagnostics;

public sealed class MatchConditionsTests
{
    /// <summary>Everything that a match can ask, but for gateways, which end all questions about the caller.</summary>
    private static readonly HttpMatchConfiguration Full = new()
    {
        Node = Given.Node,
        Uri = Given.Exact("/"),
        Method = Given.Exact("GET"),
        Scheme = Given.Exact("http"),
        Authority = Given.Exact("a"),
        Headers = [new("a", Given.Present())],
        WithoutHeaders = [new("a", Given.Present())],
        QueryParams = [new("a", Given.Present())],
        SourceLabels = new Dictionary<string, string> { ["a"] = "b" },
        SourceNamespace = "a",
        Port = 80,
        UnbuiltCondition = "UnbuiltCondition",
    };

    [Fact]
    public void Every_condition_of_a_match_can_be_explained()
    {
        string[] noConditions = [nameof(HttpMatchConfiguration.Node), nameof(HttpMatchConfiguration.Name), nameof(HttpMatchConfiguration.Place), nameof(HttpMatchConfiguration.IgnoreUriCase)];
        var conditions = new MatchConditions(new MeshConfiguration());
        var explained = conditions.Of(Full).Concat(conditions.Of(Full with { Gateways = ["edge"] })).Select(part => part.Field.Split('[')[0]);

        Assert.Equal(
            typeof(HttpMatchConfiguration).GetProperties().Select(property => property.Name).Except(noConditions).Order(StringComparer.OrdinalIgnoreCase),
            explained.Distinct().Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void Gateways_of_a_match_end_all_questions_about_the_caller()
        => Assert.DoesNotContain(
            new MatchConditions(new MeshConfiguration()).Of(Full with { Gateways = ["mesh"] }),
            part => part.Field.StartsWith("source", StringComparison.Ordinal));
}
