using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class ResourceBindingTests
{
    private const string Rule = """{ "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": { "name": "a" }, "spec": { "host": "a" } }""";

    [Theory]
    [InlineData(Rule, "spec")]
    [InlineData("[" + Rule + "]", "[0].spec")]
    [InlineData("""{ "apiVersion": "v1", "kind": "List", "items": [""" + Rule + "] }", "items[0].spec")]
    [InlineData("""{ "apiVersion": "networking.istio.io/v1", "kind": "DestinationRuleList", "metadata": {}, "items": [""" + Rule + "] }", "items[0].spec")]
    public void Load_one_object_an_array_and_a_list_are_read_alike(string json, string path)
    {
        var document = Loading.Json(json);

        Loading.Clean(document);
        Assert.Equal(path, Loading.FirstDestination(document).Node.Path);
        Assert.Equal("", Loading.FirstDestination(document).Metadata.Namespace);
    }

    [Fact]
    public void Load_what_the_api_server_adds_to_an_object_is_no_finding() => Loading.Clean(Loading.Json("""
        { "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
          "metadata": { "name": "a", "namespace": "b", "uid": "1", "resourceVersion": "5", "generation": 1, "managedFields": [], "creationTimestamp": null },
          "spec": { "host": "a" }, "status": {} }
        """));

    [Theory]
    [InlineData("kind: VirtualService\nmetadata: { name: a }\n", FindingCodes.MissingField, "")]
    [InlineData("apiVersion: networking.istio.io/v1\nmetadata: { name: a }\n", FindingCodes.MissingField, "")]
    [InlineData("apiVersion: networking.istio.io/v9\nkind: VirtualService\n", FindingCodes.UnknownKind, "apiVersion")]
    [InlineData("apiVersion: networking.istio.o/v1\nkind: VirtualService\n", FindingCodes.UnknownKind, "apiVersion")]
    [InlineData("apiVersion: securty.istio.io/v1\nkind: AuthorizationPolicy\n", FindingCodes.UnknownKind, "apiVersion")]
    [InlineData("apiVersion: v1\nkind: VirtualService\n", FindingCodes.UnknownKind, "apiVersion")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualServce\n", FindingCodes.UnknownKind, "kind")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: PeerAuthentication\n", FindingCodes.UnknownKind, "kind")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {}\n", FindingCodes.MissingField, "")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {}\nspec: {}\n", FindingCodes.MissingField, "metadata")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\n", FindingCodes.MissingField, "")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\nspec: {}\n", FindingCodes.MissingField, "spec")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: A_b }\nspec: {}\n", FindingCodes.BadName, "metadata.name")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a, namespace: B }\nspec: { host: a }\n", FindingCodes.BadName, "metadata.namespace")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a, creationTimestamp: soon }\nspec: { host: a }\n", FindingCodes.BadTimestamp, "metadata.creationTimestamp")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a }\nspec: { host: a }\nhosts: []\n", FindingCodes.UnknownField, "hosts")]
    [InlineData("just text\n", FindingCodes.WrongType, "")]
    [InlineData("- 5\n", FindingCodes.WrongType, "[0]")]
    public void Load_an_object_that_is_no_resource_is_refused(string yaml, string code, string path) => Loading.Refused(Loading.Yaml(yaml), code, path);

    [Theory]
    [InlineData("apps/v1", "Deployment")]
    [InlineData("v1", "Service")]
    [InlineData("networking.k8s.io/v1", "Ingress")]
    [InlineData("networking.k8s.io/v1", "NetworkPolicy")]
    [InlineData("submariner.io/v1", "Gateway")]
    [InlineData("example.com/v1", "VirtualService")]
    public void Load_other_kubernetes_objects_are_passed_over_and_told(string apiVersion, string kind)
        => Loading.Informed(Foreign(apiVersion, kind), FindingCodes.NotMeshResource, "");

    [Theory]
    [InlineData("install.istio.io/v1alpha1", "IstioOperator", "")]
    [InlineData("rbac.istio.io/v1alpha1", "ServiceRole", "")]
    [InlineData("networking.istio.io/v1", "Lane", "kind")]
    public void Load_objects_of_Istio_that_are_no_rules_are_passed_over_with_a_warning(string apiVersion, string kind, string path)
        => Loading.Warned(Foreign(apiVersion, kind), FindingCodes.NotMeshResource, path);

    [Fact]
    public void Load_the_rules_beside_an_object_that_is_passed_over_hold()
    {
        var document = Loading.Yaml("apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: { profile: demo, values: [ 5 ] }\n---\n" + Rule);

        Loading.NotRefused(document);
        Assert.Single(document.Configuration.DestinationRules);
    }

    [Fact]
    public void Load_one_bad_object_refuses_the_whole_document()
    {
        var document = Loading.Json("[" + Rule + ", 5]");

        Loading.Refused(document, FindingCodes.WrongType, "[1]");
    }

    [Fact]
    public void Load_a_flood_of_findings_is_cut_and_still_refused()
    {
        var document = Loading.Section("{ \"VirtualServices\": {" + string.Join(',', Enumerable.Range(0, 2000).Select(index => $"\"a{index}\": {{ \"host\": 1 }}")) + "} }");

        Assert.True(document.IsRefused);
        Assert.InRange(document.Findings.Count, FindingSink.Limit, FindingSink.Limit + 2);
        Assert.Contains(document.Findings, finding => finding.Code == FindingCodes.TooManyFindings);
    }

    [Fact]
    public void Load_an_error_behind_a_flood_of_warnings_still_refuses()
    {
        var unbuilt = string.Join(',', Enumerable.Range(0, 600).Select(index => $"\"a{index}\": {{ }}"));

        Assert.True(Loading.Section("{ \"PeerAuthentications\": {" + unbuilt + "}, \"Typo\": 1 }").IsRefused);
    }

    private static LoadedDocument Foreign(string apiVersion, string kind) => Loading.Yaml($"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{ name: a }}\nspec: {{ hosts: 5 }}\n");
}
