using System.Text;
using System.Text.Json;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Tests.Rules;

public sealed class RuleObjectReaderTests
{
    private static readonly RuleKind VirtualService = RuleKind.All.Single(kind => kind.Kind == "VirtualService");

    [Fact]
    public void Object_becomes_a_document_of_what_was_written_without_the_books_of_the_cluster()
    {
        var read = Read("""
            { "kind": "VirtualService", "apiVersion": "networking.istio.io/v1beta1",
              "metadata": { "name": "one", "namespace": "demo", "uid": "u", "resourceVersion": "7", "generation": 3, "creationTimestamp": "2026-01-01T00:00:00Z",
                "labels": { "a": "b" }, "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "{}", "mesh-client/x-mesh": "{ \"a\": \"\\u00e9\" }" },
                "managedFields": [ { "manager": "x" } ], "finalizers": [ "f" ] },
              "spec": { "hosts": [ "one" ], "http": [ { "match": [ ], "weight": 1.50 } ] }, "other": null,
              "status": { "conditions": [ ] } }
            """);

        Assert.Equal("VirtualService/demo/one", read.Document.Name);
        Assert.Equal(("networking.istio.io/v1beta1", "u", 3), (read.ApiVersion, read.Uid, read.Generation));
        Assert.Equal(
            """{"kind":"VirtualService","metadata":{"name":"one","namespace":"demo","creationTimestamp":"2026-01-01T00:00:00Z","labels":{ "a": "b" },"annotations":{"mesh-client/x-mesh":"{ \"a\": \"\\u00e9\" }"}},"spec":{ "hosts": [ "one" ], "http": [ { "match": [ ], "weight": 1.50 } ] },"other":null,"apiVersion":"networking.istio.io/v1beta1"}""",
            read.Document.Text);
    }

    [Fact]
    public void Extension_in_the_annotation_arrives_at_the_rule()
    {
        var kind = RuleKind.All.Single(known => known.Kind == "DestinationRule");
        var read = RuleObjectReader.Read(kind, new ResourceKey("demo", "one"), """
            { "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
              "metadata": { "name": "one", "namespace": "demo", "annotations": { "mesh-client/x-mesh": "{\"trafficPolicy\":{\"loadBalancer\":{\"policy\":\"PREQUAL\"}}}" } },
              "spec": { "host": "one" } }
            """u8);
        var loaded = DocumentLoader.Load(read.Document);

        Assert.Empty(loaded.Findings);
        Assert.Equal(LoadBalancerPolicy.Prequal, Assert.Single(loaded.Configuration.DestinationRules).TrafficPolicy?.Extension?.LoadBalancer?.Policy);
    }

    [Fact]
    public void Object_without_kind_and_version_as_in_some_lists_gets_those_of_its_list()
    {
        var read = Read("""{ "metadata": { "name": "one", "namespace": "demo" }, "spec": { "hosts": [ "one" ], "http": [ { "directResponse": { "status": 418 } } ] } }""");

        Assert.Equal("networking.istio.io/v1", read.ApiVersion);
        Assert.Single(DocumentLoader.Load(read.Document).Configuration.VirtualServices);
    }

    [Theory]
    [InlineData("""{ "metadata": [ ] }""")]
    [InlineData("""{ "metadata": { "name": "one" }, "spec": """)]
    [InlineData("""{ "metadata": { "name": "one", "annotations": """)]
    public void Object_that_is_none_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    [Theory]
    [InlineData("""{ "metadata": { "name": "one", "namespace": "demo", "labels": null, "annotations": null }, "spec": null }""")]
    [InlineData("""{ "metadata": { "name": "one", "namespace": "demo", "generation": "x", "uid": null }, "spec": [ 1 ] }""")]
    [InlineData("""{ "metadata": { "name": "one", "namespace": "demo", "annotations": [ "a" ] } }""")]
    public void Object_of_unexpected_shape_is_left_to_the_reader_of_rules(string json) => Assert.NotNull(DocumentLoader.Load(Read(json).Document));

    /// <summary>Those that this version does not read among them.</summary>
    [Fact]
    public void Document_of_no_kind_breaks_anything()
    {
        foreach (var kind in RuleKind.All)
        {
            var json = Encoding.UTF8.GetBytes($$"""
                { "apiVersion": "{{kind.Group}}/{{kind.Versions[0]}}", "kind": "{{kind.Kind}}", "metadata": { "name": "one", "namespace": "demo" }, "spec": { } }
                """);
            var loaded = DocumentLoader.Load(RuleObjectReader.Read(kind, new ResourceKey("demo", "one"), json).Document);

            Assert.DoesNotContain(loaded.Findings, finding => finding.Code == SourceFindings.ReaderFailed);
        }
    }

    private static RuleObject Read(string json) => RuleObjectReader.Read(VirtualService, new ResourceKey("demo", "one"), Encoding.UTF8.GetBytes(json));
}
