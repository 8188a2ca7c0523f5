using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class ServiceEntryBindingTests
{
    [Fact]
    public void Bind_every_field_is_read()
    {
        var document = Load("""
            hosts: [ api.example.com ]
            location: MESH_INTERNAL
            resolution: STATIC
            exportTo: [ ".", prod ]
            ports:
            - { number: 443, name: https, protocol: HTTPS, targetPort: 8443 }
            endpoints:
            - { address: 10.0.0.1, ports: { https: 9443 }, labels: { version: v1 }, locality: eu/eu-1/a, weight: 3 }
            """);

        Loading.Clean(document);
        var entry = Assert.Single(document.Configuration.ServiceEntries);
        Assert.Equal(("api.example.com", false, ServiceResolution.Static), (entry.Hosts[0], entry.External, entry.Resolution));
        Assert.Equal([".", "prod"], entry.ExportTo);
        Assert.Equal((443, "https", 8443, "HTTPS"), (entry.Ports[0].Number, entry.Ports[0].Name, entry.Ports[0].TargetPort, entry.Ports[0].Protocol));
        var endpoint = Assert.Single(entry.Endpoints);
        Assert.Equal(("10.0.0.1", 9443, "v1", "eu/eu-1/a", 3), (endpoint.Address, endpoint.Ports["https"], endpoint.Labels["version"], endpoint.Locality, endpoint.Weight));
    }

    [Fact]
    public void Bind_without_location_and_resolution_is_external_and_none()
    {
        var entry = Assert.Single(Load("hosts: [ a.example ]").Configuration.ServiceEntries);

        Assert.Equal((true, ServiceResolution.None), (entry.External, entry.Resolution));
    }

    [Fact]
    public void Bind_from_the_section_is_the_same()
    {
        var document = Loading.Section("""{ "ServiceEntries": { "prod/a": { "hosts": [ "a.example" ], "workloadSelector": { "labels": { "app": "a" } }, "resolution": "static" } } }""");

        Loading.Clean(document);
        var entry = Assert.Single(document.Configuration.ServiceEntries);
        Assert.Equal(("prod", "a"), (entry.Metadata.Namespace, entry.WorkloadSelector!["app"]));
    }

    [Theory]
    [InlineData("HTTP-Web", "HTTP_PROXY")]
    [InlineData("http", "")]
    [InlineData("80", "grpc-web")]
    public void Bind_names_and_protocols_that_Istio_takes_are_taken(string name, string protocol)
        => Loading.Clean(Load($"hosts: [ a.b ]\nports: [ {{ number: 80, name: \"{name}\", protocol: \"{protocol}\" }} ]"));

    [Fact]
    public void Bind_a_port_for_datagrams_is_told() => Loading.Informed(Load("hosts: [ a.b ]\nports: [ { number: 53, name: dns, protocol: UDP } ]"), FindingCodes.ConnectionPort, "spec.ports");

    [Theory]
    [InlineData("*-a.example.com")]
    [InlineData("*example.com")]
    public void Bind_a_wildcard_that_ends_inside_a_label_is_told(string host)
        => Loading.Warned(Load($"hosts: [ \"{host}\" ]"), FindingCodes.BadHost, "spec.hosts[0]");

    [Theory]
    [InlineData("ports: []", FindingCodes.MissingField, "spec")]
    [InlineData("hosts: []", FindingCodes.MissingField, "spec.hosts")]
    [InlineData("hosts: [ \"*\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("hosts: [ 10.0.0.1 ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("hosts: [ \"*-a.b\" ], resolution: DNS", FindingCodes.DiscoveryMismatch, "spec.hosts[0]")]
    [InlineData("hosts: [ \"http://a\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("hosts: [ a.b, A.b ]", FindingCodes.DuplicateHost, "spec.hosts[1]")]
    [InlineData("hosts: [ \"*.a.b\" ], resolution: DNS", FindingCodes.DiscoveryMismatch, "spec.hosts[0]")]
    [InlineData("hosts: [ a.b ], resolution: DNSS", FindingCodes.UnknownValue, "spec.resolution")]
    [InlineData("hosts: [ a.b ], location: OUTSIDE", FindingCodes.UnknownValue, "spec.location")]
    [InlineData("hosts: [ a.b ], addresses: [ a.b ]", FindingCodes.BadAddress, "spec.addresses[0]")]
    [InlineData("hosts: [ a.b ], addresses: [ 10.0.0.0/x ]", FindingCodes.BadAddress, "spec.addresses[0]")]
    [InlineData("hosts: [ a.b ], addresses: [ 10.0.0.0/99 ]", FindingCodes.BadAddress, "spec.addresses[0]")]
    [InlineData("hosts: [ a.b ], resolution: DNS, addresses: [ 10.0.0.0/8 ]", FindingCodes.DiscoveryMismatch, "spec.addresses[0]")]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: a }, { number: 80, name: b } ]", FindingCodes.DuplicatePort, "spec.ports")]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, protocol: HTTP } ]", FindingCodes.MissingField, "spec.ports[0]")]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: \"\" } ]", FindingCodes.MissingField, "spec.ports[0].name")]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: http.web } ]", FindingCodes.BadPortName, "spec.ports[0].name")]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: http- } ]", FindingCodes.BadPortName, "spec.ports[0].name")]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: a123456789012345678901234567890123456789012345678901234567890123 } ]", FindingCodes.BadPortName, "spec.ports[0].name")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, ports: [ { number: 80, name: a } ], endpoints: [ { address: 10.0.0.1, ports: { a_b: 80 } } ]", FindingCodes.BadPortName, "spec.endpoints[0].ports.a_b")]
    [InlineData("hosts: [ a.b, c.d ], resolution: DNS, ports: [ { number: 80, name: a } ]", FindingCodes.Conflict, "spec.ports")]
    [InlineData("hosts: [ a.b, c.d ], resolution: DNS, ports: [ { number: 80, name: a, protocol: UDP } ]", FindingCodes.Conflict, "spec.ports")]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: a, protocol: QUIC } ]", FindingCodes.UnknownValue, "spec.ports[0].protocol")]
    [InlineData("hosts: [ a.b ], endpoints: [ { address: 10.0.0.1 } ]", FindingCodes.DiscoveryMismatch, "spec.endpoints")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: a.b } ]", FindingCodes.DiscoveryMismatch, "spec.endpoints[0].address")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: \"10.0.0.1:80\" } ]", FindingCodes.BadAddress, "spec.endpoints[0].address")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: 10.0.0.1 }, { address: 10.0.0.1 } ]", FindingCodes.DuplicateEndpoint, "spec.endpoints[1].address")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: 10.0.0.1, labels: { a: b } }, { address: 10.0.0.1, labels: { a: b } } ]", FindingCodes.DuplicateEndpoint, "spec.endpoints[1].address")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: 10.0.0.1, ports: { http: 80 } } ]", FindingCodes.UnknownPortName, "spec.endpoints[0].ports")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: 10.0.0.1, ports: { http: 99999 } } ]", FindingCodes.OutOfRange, "spec.endpoints[0].ports.http")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: 10.0.0.1 } ], workloadSelector: { labels: { a: b } }", FindingCodes.Conflict, "spec.workloadSelector")]
    [InlineData("hosts: [ a.b ], resolution: DNS_ROUND_ROBIN, endpoints: [ { address: a.b }, { address: c.d } ]", FindingCodes.DiscoveryMismatch, "spec.endpoints")]
    [InlineData("hosts: [ a.b ], resolution: DNS, endpoints: [ { address: \"unix:///a\" } ]", FindingCodes.DiscoveryMismatch, "spec.endpoints[0].address")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, endpoints: [ { address: \"unix://a\" } ]", FindingCodes.BadAddress, "spec.endpoints[0].address")]
    [InlineData("hosts: [ a.b, c.d ], resolution: DNS, ports: [ { number: 3306, name: a, protocol: MYSQL } ]", FindingCodes.Conflict, "spec.ports")]
    [InlineData("hosts: [ a.b ], exportTo: [ \"~\", prod ]", FindingCodes.BadExportTo, "spec.exportTo")]
    [InlineData("hosts: [ a.b ], exportTo: [ prod, prod ]", FindingCodes.BadExportTo, "spec.exportTo[1]")]
    [InlineData("hosts: [ a.b ], exportTo: [ Prod ]", FindingCodes.BadExportTo, "spec.exportTo[0]")]
    [InlineData("hosts: [ a.b ], endpoint: []", FindingCodes.UnknownField, "spec.endpoint")]
    [InlineData("hosts: 5", FindingCodes.WrongType, "spec.hosts")]
    public void Bind_what_cannot_be_meant_is_refused_with_its_place(string spec, string code, string path)
        => Loading.Refused(LoadFlow(spec), code, path);

    [Theory]
    [InlineData("hosts: [ a.b ], addresses: [ 240.0.0.1 ]", FindingCodes.UnbuiltField, "spec.addresses")]
    [InlineData("hosts: [ a.b ], addresses: [ 192.192.192.192/24 ]", FindingCodes.UnbuiltField, "spec.addresses")]
    [InlineData("hosts: [ \"*.a.b\" ], resolution: DNS, endpoints: [ { address: gw.a.b } ]", FindingCodes.UnbuiltField, "spec.hosts[0]")]
    [InlineData("hosts: [ a.b ], resolution: STATIC", FindingCodes.DiscoveryMismatch, "spec.resolution")]
    [InlineData("hosts: [ a.b ], workloadSelector: { labels: { a: b } }", FindingCodes.DiscoveryMismatch, "spec.workloadSelector")]
    [InlineData("hosts: [ a.b ], resolution: STATIC, workloadSelector: {}", FindingCodes.SelectorWithoutLabels, "spec.workloadSelector")]
    [InlineData("hosts: [ a.b ], exportTo: [ prod, \"*\" ]", FindingCodes.BadExportTo, "spec.exportTo")]
    public void Bind_what_has_less_effect_than_written_is_a_warning(string spec, string code, string path)
        => Loading.Warned(LoadFlow(spec), code, path);

    [Theory]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: a, protocol: TCP } ]", FindingCodes.ConnectionPort)]
    [InlineData("hosts: [ a.b ], ports: [ { number: 80, name: a, targetPort: 81 } ]", FindingCodes.DiscoveryMismatch)]
    public void Bind_ports_that_mean_something_else_here_are_told(string spec, string code)
        => Loading.Informed(LoadFlow(spec), code, "spec.ports");

    [Fact]
    public void Bind_more_hosts_than_Istio_takes_are_refused()
        => Loading.Refused(LoadFlow($"hosts: [ {string.Join(", ", Enumerable.Range(0, 257).Select(number => $"h{number}.example"))} ]"), FindingCodes.OutOfRange, "spec.hosts");

    [Fact]
    public void Bind_without_a_spec_is_refused()
        => Assert.True(Loading.Yaml("apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: { name: a }\n").IsRefused);

    private static LoadedDocument LoadFlow(string spec) => Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{ name: a }}\nspec: {{ {spec} }}\n");

    private static LoadedDocument Load(string spec)
        => Loading.Yaml("apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: { name: a }\nspec:\n" + string.Concat(spec.Split('\n').Select(line => $"  {line}\n")));
}
