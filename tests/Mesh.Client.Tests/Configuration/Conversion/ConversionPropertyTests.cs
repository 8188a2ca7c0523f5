using System.Text.Json;
using CsCheck;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Conversion;

/// <summary>Trees of nasty keys, texts and numbers, there and back.</summary>
public sealed class ConversionPropertyTests
{
    private const int Cases = 1_000;

    private static readonly Gen<string> Texts = Gen.Frequency(
        (3, Seeded.OneOf(
            "", " ", "a", "yes", "No", "~", "null", "true", "1", "-1.5e3", "0x1F", "0o17", ".inf", ".NaN", "2026-01-31", "12:30", "<<", "=", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "-", "- a",
            "? a", ": a", "a: b", "a:", " a", "a ", "a #b", "#a", "a\nb", "\n", "\n\n a\n", "a\r\nb", "\t", "a\tb", "'", "\"", "\\", "\\n", "{a}", "[a", "a, b", "...", "---", "--- a", "\u0000", "\u0007",
            "\u0085", "\u2028", "\u2029", "\ufeff", "\uffff", "\u00e4", "\U0001F600", "a\U0001F600", "mesh-client/x-mesh", new string('x', 1_500), string.Concat(Enumerable.Repeat("word ", 60)))),
        (1, Gen.String.Select(text => string.Concat(text.EnumerateRunes()))));

    private static readonly Gen<string> Numbers = Seeded.OneOf("0", "-0", "1", "-7", "1.0", "1.50", "1e5", "1E+5", "2.5e-10", "1e999", "9007199254740993", "123456789012345678901234567890");

    private static readonly Gen<string> Trees = Gen.Recursive<string>((depth, tree) => depth >= 4
        ? Scalar
        : Gen.Frequency(
            (3, Scalar),
            (2, tree.Array[0, 4].Select(items => "[" + string.Join(',', items) + "]")),
            (3, Mapping(tree))));

    private static Gen<string> Scalar => Gen.Frequency((4, Texts.Select(Quote)), (2, Numbers), (1, Seeded.OneOf("null", "true", "false")));

    [Fact]
    public void Json_to_yaml_to_json_any_tree_comes_back_as_it_was()
        => Seeded.Sample(Mapping(Trees), Cases, tree =>
        {
            var json = $$"""{ "Gateways": { "prod/edge": {"x-mesh": {{tree}}, "spec": {{tree}}} } }""";
            var yaml = Converting.ToYaml(json);
            var back = Converting.ToJson(yaml);

            Assert.True(NodeComparison.AreEquivalent(Entry(json), Entry(back)), $"{json}\n{yaml}\n{back}");
        });

    [Fact]
    public void Json_to_yaml_to_json_any_annotation_comes_back_as_it_was()
        => Seeded.Sample(Texts, Cases, text =>
        {
            var json = $$"""{ "Gateways": { "edge": { "metadata": { "annotations": { "a": {{Quote(text)}}, {{Quote("k" + text)}}: "b" } } } } }""";

            Assert.True(NodeComparison.AreEquivalent(Entry(json), Entry(Converting.ToJson(Converting.ToYaml(json)))), json);
        });

    [Fact]
    public void Spoilt_texts_give_a_text_or_a_reason()
        => Seeded.Sample(Gen.Select(Gen.Int[0, 400], Gen.Int[0, 20], Texts), Cases, spoilt =>
        {
            var (at, length, text) = spoilt;
            foreach (var whole in (string[])[Yaml, Json])
            {
                var start = Math.Min(at, whole.Length);
                var rest = whole[Math.Min(whole.Length, start + length)..];
                var result = whole == Yaml
                    ? MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a", whole[..start] + text + rest))
                    : MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a", whole[..start] + text + rest));

                Assert.Equal(result.Succeeded, !result.Findings.Any(finding => finding.RefusesDocument));
            }
        });

    private const string Yaml = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: reviews, annotations: { mesh-client/x-mesh: "{}" } }
        spec:
          hosts: [ reviews ]
          http:
          - match: [ { headers: { end-user: { exact: jason } } } ]
            route: [ { destination: { host: reviews, subset: v2 }, weight: 0x10 } ]
            timeout: 1.5s
        """;

    private const string Json = """
        { "Mesh": { "Seed": 5, "Services": { "reviews": { "Ports": [ { "Number": 80 } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
          "VirtualServices": { "prod/reviews": { "metadata": { "labels": { "a": "b" } }, "x-mesh": {}, "Hosts": [ "reviews" ],
            "http": [ { "route": [ { "destination": { "host": "reviews" } } ], "timeout": "3s" } ] } } } }
        """;

    /// <summary>The keys differ in more than case, as the configuration of .NET wants them.</summary>
    private static Gen<string> Mapping(Gen<string> values) => Gen.Select(Texts, values).Array[0, 4].Select(members
        => "{" + string.Join(',', members.DistinctBy(member => member.Item1, StringComparer.OrdinalIgnoreCase).Select(member => $"{Quote(member.Item1)}:{member.Item2}")) + "}");

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private static ConfigurationNode Entry(string json)
        => SectionText.Find("a.json", json, [])!.Find("Gateways")!.Properties.Single().Value is var entry && entry.Find("x-mesh") is { } extension
            ? Ordered(entry, extension)
            : SectionText.Find("a.json", json, [])!.Find("Gateways")!;

    private static ConfigurationNode Ordered(ConfigurationNode entry, ConfigurationNode extension)
    {
        Assert.Same(extension, entry.Properties[0].Value);
        return entry;
    }
}
