using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

public sealed class DiscoveryWordsTests
{
    private static readonly DiscoveryWords Registered = DiscoveryWords.With(["Consul", "eureka-2"]);

    [Theory]
    [InlineData("consul", "Consul")]
    [InlineData("Eureka-2", "eureka-2")]
    public void Registered_source_can_be_named_in_any_case(string word, string name)
    {
        var document = Load(word, Registered);

        Loading.NotRefused(document);
        Assert.Equal(new DiscoveryChoice(DiscoveryKind.Source, name), document.Configuration.Services[0].Discovery);
        Assert.Equal(name, document.Configuration.DefaultDiscovery.ToString());
    }

    [Theory]
    [InlineData("Consol", "registered are Consul, eureka-2", "Did you mean Consul?")]
    [InlineData("dsn", "registered are Consul, eureka-2", "Did you mean Dns?")]
    [InlineData("Zookeeper", "one of Static, Dns, DnsSrv, ServiceDiscovery, None is needed", "AddEndpointSource()")]
    [InlineData("kubernetes", "no endpoint source of that name", "AddKubernetes()")]
    public void Unknown_word_is_an_error_that_says_what_there_is(string word, string message, string fix)
    {
        var finding = Loading.Find(Load(word, Registered).Findings, FindingCodes.UnknownValue, "Mesh:Services:reviews:Discovery");

        Assert.Equal(MeshFindingSeverity.Error, finding.Severity);
        Assert.Contains($"'{word}'", finding.Message, StringComparison.Ordinal);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Contains(fix, finding.ToString(), StringComparison.Ordinal);
        Loading.Find(Load(word, Registered).Findings, FindingCodes.UnknownValue, "Mesh:DefaultDiscovery");
    }

    [Fact]
    public void Unknown_word_without_sources_is_told_that_there_are_none()
        => Assert.Contains("there is none", Loading.Find(Load("Consul", DiscoveryWords.BuiltIn).Findings, FindingCodes.UnknownValue, "Mesh:DefaultDiscovery").Message, StringComparison.Ordinal);

    /// <summary>A conversion runs in another process than the one that the rules are for.</summary>
    [Fact]
    public void Conversion_takes_any_source_and_says_that_Istio_has_none()
    {
        var result = MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json", """{ "Services": { "a": { "Discovery": "Consul", "Ports": [ { "Number": 80 } ] } } }"""));

        Assert.Contains(result.Findings, finding => finding.Message.Contains("knows no discovery Consul", StringComparison.Ordinal));
    }

    private static LoadedDocument Load(string word, DiscoveryWords words)
        => DocumentLoader.Load(MeshDocument.FromMeshJson("a.json", $$"""{ "DefaultDiscovery": "{{word}}", "Services": { "reviews": { "Discovery": "{{word}}" } } }"""), words);
}
