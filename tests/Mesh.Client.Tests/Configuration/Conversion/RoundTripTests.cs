using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Docs;

namespace Mesh.Client.Tests.Configuration.Conversion;

/// <summary>There and back, over rules that people wrote: what is loaded stays the same.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Yaml_to_json_to_yaml_every_rule_file_of_Bookinfo_says_the_same()
        => Check(Directory.GetFiles(RepositoryRoot.Combine("samples", "Bookinfo", "rules"), "*.yaml"), least: 11);

    [Theory]
    [InlineData("slides")]
    [InlineData("istio-bookinfo")]
    public void Yaml_to_json_to_yaml_every_shared_rule_file_says_the_same(string folder)
    {
        var path = RepositoryRoot.Shared is { } shared ? Path.Combine(shared, "data", folder) : null;
        Assert.SkipUnless(Directory.Exists(path), $"There is no folder shared/data/{folder} beside the repository.");
        Check(Directory.GetFiles(path!, "*.yaml"), least: 8);
    }

    [Fact]
    public void Yaml_to_json_to_yaml_every_example_of_a_field_says_the_same()
    {
        string[] withoutMap = ["WorkloadGroup", "ProxyConfig", "EnvoyFilter", "WasmPlugin", "Telemetry", "ReferenceGrant"];
        foreach (var (field, yaml) in RuleExamples.All.Where(example => !withoutMap.Contains(example.Key.Split(' ')[^1])))
        {
            var original = Loading.Yaml(yaml);
            if (!original.IsRefused)
            {
                CheckYaml(field, yaml, original);
            }
        }
    }

    [Fact]
    public void Json_to_yaml_to_json_the_settings_of_Bookinfo_say_the_same()
        => CheckJson("appsettings.json", File.ReadAllText(RepositoryRoot.Combine("samples", "Bookinfo", "appsettings.json")));

    [Fact]
    public void Json_to_yaml_to_json_every_section_of_the_pages_says_the_same()
    {
        var blocks = DocFile.All.SelectMany(file => file.Blocks("json")).Where(block => block.Text.Contains("\"Mesh\"", StringComparison.Ordinal)).ToList();

        Assert.True(blocks.Count >= 4, "The pages show fewer sections than they did; does the search still find them?");
        blocks.ForEach(block => CheckJson(block.Place, block.Text));
    }

    private static void Check(string[] files, int least)
    {
        Assert.True(files.Length >= least, $"{files.Length} files");
        foreach (var file in files)
        {
            var yaml = File.ReadAllText(file);
            CheckYaml(Path.GetFileName(file), yaml, Loading.Yaml(yaml));
        }
    }

    private static void CheckYaml(string name, string yaml, LoadedDocument original)
    {
        var json = Converting.ToJson(yaml);
        var back = Converting.ToYaml(json);

        Assert.Equal((name, Converting.Rules(original)), (name, Converting.Rules(Loading.Yaml(back))));
        Assert.Equal(Converting.Describe(original.Configuration), Converting.Describe(Loading.Yaml(back).Configuration));
        Assert.Equal(Converting.Describe(original.Configuration), Converting.Describe(Converting.LoadJson(json).Configuration));
        Assert.True(Specs(yaml).Zip(Specs(back)).All(pair => NodeComparison.AreEquivalent(pair.First, pair.Second)), name);
    }

    /// <summary>Services come back as ServiceEntries, and settings do not; all else is the same.</summary>
    private static void CheckJson(string name, string json)
    {
        var yaml = MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson(name, json));
        Assert.True(yaml.Succeeded, string.Join('\n', yaml.Findings));
        var back = Converting.ToJson(yaml.Text);
        var (before, after) = (Converting.LoadJson(json).Configuration, Converting.LoadJson(back).Configuration);

        Assert.Equal(Converting.Describe(before.VirtualServices), Converting.Describe(after.VirtualServices));
        Assert.Equal(Converting.Describe(before.DestinationRules), Converting.Describe(after.DestinationRules));
        Assert.Equal(yaml.Text, Converting.ToYaml(back));
    }

    private static IEnumerable<ConfigurationNode> Specs(string yaml)
        => YamlNodeReader.Read("a.yaml", yaml, []).Where(root => root.Kind == NodeKind.Mapping).Select(root => root.Find("spec")!);
}
