using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Docs;

namespace Mesh.Client.Tests.Configuration.Schema;

/// <summary>What an editor that knows the schema says about files that work, and about files that do not.</summary>
public sealed class SchemaSamplesTests
{
    private const string Route = """ "route": [ { "destination": { "host": "a" } } ] """;

    private static readonly JsonSchema Schema = JsonSchema.FromText(SchemaFile.Text);

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Fact]
    public void Schema_keeps_to_its_own_vocabulary()
        => AssertValid("the schema", MetaSchemas.Draft7.Evaluate(Parse(SchemaFile.Text), Options));

    [Fact]
    public void Samples_are_valid()
    {
        var files = Directory.EnumerateFiles(RepositoryRoot.Combine("samples"), "appsettings*.json", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj"))
            .ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => AssertValid(file, Check(File.ReadAllText(file))));
    }

    [Fact]
    public void Blocks_of_the_pages_are_valid()
    {
        var blocks = DocFile.All.SelectMany(file => file.Blocks("json")).Where(block => block.Text.Contains("\"Mesh\"", StringComparison.Ordinal)).ToList();

        Assert.True(blocks.Count >= 4, "The pages show fewer sections than they did; does the search still find them?");
        Assert.All(blocks, block => AssertValid(block.Place, Check(block.Text)));
    }

    /// <summary>Of the examples of docs/rules.md the schema refuses those that the program refuses.</summary>
    [Fact]
    public void Examples_are_valid_where_they_load()
        => Assert.All(RuleExamples.All.Values.Select(SectionJson.FromYaml).OfType<JsonObject>(), resource =>
        {
            var isRefused = Loading.Section(resource["Mesh"]!.ToJsonString()).IsRefused;

            Assert.True(Check(resource.ToJsonString()).IsValid != isRefused, $"The program {(isRefused ? "refuses" : "takes")} {resource.ToJsonString()}, and the schema does not.");
        });

    [Theory]
    [InlineData("misspelt setting", """ "Namspace": "default" """)]
    [InlineData("misspelt field of a policy", """ "DestinationRules": { "a": { "host": "a", "trafficPolicy": { "outlierDetection": { "intervall": "1s" } } } } """)]
    [InlineData("name of an object", """ "Services": { "A B": {} } """)]
    [InlineData("wrong type", """ "DestinationRules": { "a": { "host": 1 } } """)]
    [InlineData("text for a number", """ "Services": { "a": { "Ports": [ { "Number": "80" } ] } } """)]
    [InlineData("object for a list", """ "VirtualServices": { "a": { "hosts": [ "a" ], "http": { "route": [] } } } """)]
    [InlineData("unknown value", """ "DestinationRules": { "a": { "host": "a", "trafficPolicy": { "loadBalancer": { "simple": "LEAST_REQUESTS" } } } } """)]
    [InlineData("unknown discovery", """ "DefaultDiscovery": "Static" """)]
    [InlineData("port out of range", """ "Services": { "a": { "Ports": [ { "Number": 65536 } ] } } """)]
    [InlineData("two policies", """ "DestinationRules": { "a": { "host": "a", "trafficPolicy": { "loadBalancer": { "simple": "RANDOM", "consistentHash": {} } } } } """)]
    [InlineData("field without the one it needs", """ "DestinationRules": { "a": { "host": "a", "trafficPolicy": { "outlierDetection": { "consecutiveLocalOriginFailures": 1 } } } } """)]
    [InlineData("mode", """ "PeerAuthentications": { "a": { "mtls": { "mode": "STRIKT" } } } """)]
    public void Mistake_is_marked(string mistake, string section)
    {
        Assert.True(Loading.Section($"{{ {section} }}").IsRefused, $"The program takes the {mistake}.");

        Assert.False(Check($$"""{ "Mesh": { {{section}} } }""").IsValid, $"The schema takes the {mistake}.");
    }

    [Theory]
    [InlineData("misspelt field", """ "timeot": "3s", """ + Route)]
    [InlineData("duration without unit", """ "timeout": "3", """ + Route)]
    [InlineData("duration as a number", """ "timeout": 3, """ + Route)]
    [InlineData("duration of nothing", """ "timeout": "0s", """ + Route)]
    [InlineData("percentage out of range", """ "fault": { "delay": { "fixedDelay": "1s", "percentage": { "value": 101 } } }, """ + Route)]
    [InlineData("delay that exists nowhere", """ "fault": { "delay": { "fixedDelay": "1s", "exponentialDelay": "1s", "percent": 1 } }, """ + Route)]
    [InlineData("abort that exists nowhere", """ "fault": { "abort": { "httpStatus": 500, "http2Error": "A", "percent": 1 } }, """ + Route)]
    [InlineData("two statuses", """ "fault": { "abort": { "httpStatus": 500, "grpcStatus": "OK", "percent": 1 } }, """ + Route)]
    [InlineData("two forms of a condition", """ "match": [ { "uri": { "exact": "/", "prefix": "/" } } ], """ + Route)]
    [InlineData("two forms of a header's condition", """ "match": [ { "headers": { "a": { "exact": "b", "prefix": "b" } } } ], """ + Route)]
    [InlineData("condition without form", """ "match": [ { "method": {} } ], """ + Route)]
    [InlineData("text for a condition", """ "match": [ { "headers": { "a": "b" } } ], """ + Route)]
    [InlineData("retry condition", """ "retries": { "attempts": 1, "retryOn": "5xx,4xx" }, """ + Route)]
    [InlineData("two rewrites", """ "rewrite": { "uri": "/", "uriRegexRewrite": { "match": "a", "rewrite": "b" } }, """ + Route)]
    [InlineData("two ways to mirror", """ "mirror": { "host": "b" }, "mirrors": [], """ + Route)]
    [InlineData("two actions", """ "redirect": { "uri": "/" }, """ + Route)]
    [InlineData("no action", """ "timeout": "3s" """)]
    [InlineData("two paths", """ "redirect": { "uri": "/", "prefixRewrite": "/" } """)]
    [InlineData("two ports", """ "redirect": { "port": 80, "derivePort": "FROM_REQUEST_PORT" } """)]
    [InlineData("two bodies", """ "directResponse": { "status": 200, "body": { "string": "a", "bytes": "YQ==" } } """)]
    public void Mistake_of_a_rule_is_marked(string mistake, string rule)
        => Mistake_is_marked(mistake, $$""" "VirtualServices": { "a": { "hosts": [ "a" ], "http": [ { {{rule}} } ] } } """);

    [Fact]
    public void What_is_beside_the_section_is_left_to_others() => AssertValid("a file without the section", Check("""{ "Logging": { "LogLevel": { "Default": 1 } } }"""));

    [Fact]
    public void Every_field_has_a_description_that_its_place_may_replace()
    {
        var nodes = Objects(SchemaFile.Root).ToList();
        var described = nodes.SelectMany(node => Members(node, "properties").Concat(Members(node, "definitions")));

        Assert.All(described, member => Assert.True(member.Value!["description"] is not null || member.Value["$ref"] is not null, $"{member.Key} has no description."));
        Assert.All(Members(SchemaFile.Root, "definitions"), member => Assert.True(member.Value!["description"] is not null, $"{member.Key} has no description."));

        // In draft 7 a reference stands for itself: whatever else is written beside it counts for nothing.
        Assert.All(nodes.Where(node => node["$ref"] is JsonValue), node => Assert.Empty(node.Select(member => member.Key).Except(["$ref", "description"])));
    }

    private static EvaluationOptions Options { get; } = new() { OutputFormat = OutputFormat.List };

    private static EvaluationResults Check(string json) => Schema.Evaluate(Parse(json), Options);

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, Lenient);
        return document.RootElement.Clone();
    }

    private static void AssertValid(string what, EvaluationResults results)
        => Assert.True(results.IsValid, $"{what}: " + string.Join('\n',
            from detail in results.Details
            from error in detail.Errors ?? new Dictionary<string, string>()
            select $"{detail.InstanceLocation}: {error.Value}"));

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject mapping => mapping.SelectMany(member => Objects(member.Value)).Prepend(mapping),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonObject node, string name) => node[name] as JsonObject ?? [];
}
