using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class WorkloadEntryBindingTests
{
    [Fact]
    public void Bind_every_field_is_read_and_labels_of_the_metadata_go_first()
    {
        var document = Loading.Yaml("""
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: { name: vm-1, namespace: prod, labels: { version: v2 } }
            spec: { address: 10.0.0.1, ports: { http: 8080 }, labels: { app: shop, version: v1 }, locality: eu/eu-1, weight: 5 }
            """);

        Loading.Clean(document);
        var workload = Assert.Single(document.Configuration.WorkloadEntries);
        Assert.Equal(("10.0.0.1", 8080, "eu/eu-1", 5), (workload.Address, workload.Ports["http"], workload.Locality, workload.Weight));
        Assert.Equal(("shop", "v2"), (workload.Labels["app"], workload.Labels["version"]));
    }

    [Fact]
    public void Bind_from_the_section_is_the_same()
    {
        var document = Loading.Section("""{ "WorkloadEntries": { "vm-1": { "metadata": { "labels": { "app": "shop" } }, "address": "fd00::1" } } }""");

        Loading.Clean(document);
        var workload = Assert.Single(document.Configuration.WorkloadEntries);
        Assert.Equal(("fd00::1", "shop", 1), (workload.Address, workload.Labels["app"], workload.Weight));
    }

    [Fact]
    public void Bind_a_socket_in_the_spelling_of_Istio_is_an_address_here()
        => Assert.Equal("unix:/run/app.sock", Assert.Single(Load("address: \"unix:///run/app.sock\"").Configuration.WorkloadEntries).Address);

    [Theory]
    [InlineData("labels: { a: b }", FindingCodes.MissingField, "spec")]
    [InlineData("address: \"\"", FindingCodes.MissingField, "spec.address")]
    [InlineData("address: \"http://a\"", FindingCodes.BadAddress, "spec.address")]
    [InlineData("address: 1.2.3", FindingCodes.BadAddress, "spec.address")]
    [InlineData("address: 10.0.0.1, weight: -1", FindingCodes.OutOfRange, "spec.weight")]
    [InlineData("address: 10.0.0.1, locality: a/b/c/d", FindingCodes.BadLocality, "spec.locality")]
    [InlineData("address: 10.0.0.1, ports: [ 80 ]", FindingCodes.WrongType, "spec.ports")]
    [InlineData("address: 10.0.0.1, port: 80", FindingCodes.UnknownField, "spec.port")]
    public void Bind_what_cannot_be_meant_is_refused_with_its_place(string spec, string code, string path)
        => Loading.Refused(Load(spec), code, path);

    [Theory]
    [InlineData("serviceAccount: shop", "spec.serviceAccount")]
    [InlineData("network: vm", "spec.network")]
    public void Bind_what_has_no_effect_is_told(string field, string path)
        => Loading.Warned(Load("address: 10.0.0.1, " + field), FindingCodes.UnbuiltField, path);

    private static LoadedDocument Load(string spec) => Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {{ name: a }}\nspec: {{ {spec} }}\n");
}
