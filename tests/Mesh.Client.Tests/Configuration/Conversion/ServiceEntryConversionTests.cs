using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Conversion;

public sealed class ServiceEntryConversionTests
{
    private const string Ports = "\"Ports\": [ { \"Number\": 80, \"Name\": \"http\" } ]";

    [Fact]
    public void ToIstioYaml_a_service_with_addresses_becomes_a_static_ServiceEntry()
        => Assert.Equal("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata:
              name: reviews
              namespace: prod
            spec:
              hosts:
              - reviews.prod.svc.cluster.local
              location: MESH_INTERNAL
              resolution: STATIC
              ports:
              - number: 80
                name: http
                protocol: HTTP
                targetPort: 8080
              - number: 81
                name: port-81
              endpoints:
              - address: "10.0.0.1"
                ports:
                  http: 9080
                  port-81: 9080
                labels:
                  version: v1
                locality: eu/eu-1
                weight: 2
              - address: "::1"

            """, Converting.ToYaml("""
            { "Services": { "prod/reviews": { "Ports": [ { "Number": 80, "Name": "http", "Protocol": "HTTP", "TargetPort": 8080 }, { "Number": 81 } ],
              "Endpoints": [ { "Address": "10.0.0.1:9080", "Labels": { "version": "v1" }, "Locality": "eu/eu-1", "Weight": 2 }, { "Address": "[::1]" } ] } } }
            """), ignoreLineEndingDifferences: true);

    [Fact]
    public void ToIstioYaml_a_service_that_is_looked_up_becomes_a_ServiceEntry_with_DNS()
    {
        var spec = Spec($$"""{ "Services": { "api.example.com": { {{Ports}}, "Location": "MESH_EXTERNAL" } } }""");

        Assert.Equal("{hosts:[\"api.example.com\"],location:\"MESH_EXTERNAL\",resolution:\"DNS\",ports:[{number:80,name:\"http\"}]}", Sources.NodeText.Of(spec));
    }

    [Fact]
    public void ToIstioYaml_a_name_that_is_made_up_differs_from_the_others_in_more_than_case()
        => Assert.Equal("[{number:80,name:\"port-80-0\"},{number:81,name:\"PORT-80\"}]", Sources.NodeText.Of(
            Spec("""{ "Services": { "a": { "Ports": [ { "Number": 80 }, { "Number": 81, "Name": "PORT-80" } ] } } }""").Find("ports")));

    [Fact]
    public void ToIstioYaml_endpoints_with_names_are_looked_up()
    {
        var spec = Spec($$"""{ "Services": { "a": { {{Ports}}, "Endpoints": [ { "Address": "one.example:81" }, { "Address": "10.0.0.1" } ] } } }""");

        Assert.Equal("DNS", spec.Find("resolution")!.Text);
        Assert.Equal("[{address:\"one.example\",ports:{http:81}},{address:\"10.0.0.1\"}]", Sources.NodeText.Of(spec.Find("endpoints")));
    }

    [Theory]
    [InlineData("one.example")]
    [InlineData("10.0.0.1")]
    public void ToIstioYaml_endpoints_of_a_service_that_is_looked_up_stay_so(string address)
    {
        var spec = Spec($$"""{ "Services": { "a": { {{Ports}}, "Discovery": "Dns", "Endpoints": [ { "Address": "{{address}}" } ] } } }""");

        Assert.Equal("DNS", spec.Find("resolution")!.Text);
        Assert.Equal(address, spec.Find("endpoints")!.Items[0].Find("address")!.Text);
    }

    [Fact]
    public void ToIstioYaml_a_Unix_socket_keeps_its_path()
        => Assert.Equal("[{address:\"unix:///run/a.sock\"}]", Sources.NodeText.Of(
            Spec($$"""{ "Services": { "a": { {{Ports}}, "Endpoints": [ { "Address": "unix:/run/a.sock" } ] } } }""").Find("endpoints")));

    [Fact]
    public void ToIstioYaml_the_host_has_the_namespace_and_domain_of_the_section()
    {
        var result = MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json", $$"""{ "Namespace": "shop", "Domain": "b.local", "Services": { "a": { {{Ports}} } } }"""));

        Assert.Contains("- a.shop.svc.b.local\n", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"Endpoints\": [ { \"Address\": \"10.0.0.1\" } ]", "every port")]
    [InlineData(Ports + ", \"Discovery\": \"None\"", "None")]
    [InlineData(Ports + ", \"Discovery\": \"ServiceDiscovery\"", "ServiceDiscovery")]
    [InlineData(Ports + ", \"Discovery\": \"DnsSrv\"", "DnsSrv")]
    [InlineData(Ports + ", \"Discovery\": \"Dns\", \"DiscoveryName\": \"b.example\"", "another name")]
    [InlineData(Ports + ", \"Discovery\": \"Kubernetes\"", "Kubernetes")]
    [InlineData(Ports + ", \"Discovery\": \"Static\"", "no endpoints")]
    [InlineData(Ports + ", \"Discovery\": \"Dns\", \"Endpoints\": [ { \"Address\": \"one.example\" }, { \"Address\": \"unix:/a.sock\" } ]", "Unix sockets")]
    [InlineData(Ports + ", \"Endpoints\": [ { \"Address\": \"unix:a.sock\" } ]", "not absolute")]
    [InlineData(Ports + ", \"Endpoints\": [ { \"Address\": \"unix:/a.sock\" }, { \"Address\": \"10.0.0.1\" } ]", "Unix sockets")]
    public void ToIstioYaml_a_service_that_says_more_than_a_ServiceEntry_is_reported(string service, string reason)
    {
        var finding = Converting.LeftOut(MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json", $$"""{ "Services": { "a": { {{service}} } } }""")));

        Assert.Equal(("Mesh:Services:a", "Service a"), (finding.Path, finding.Resource));
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToIstioYaml_a_service_and_a_ServiceEntry_of_one_name_are_refused()
        => Converting.Refused(MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json",
            $$"""{ "Services": { "a": { {{Ports}} } }, "ServiceEntries": { "a": { "hosts": [ "a.example" ], "ports": [ { "number": 80, "name": "http" } ], "resolution": "DNS" } } }""")), FindingCodes.ConvertedTwice);

    private static ConfigurationNode Spec(string json) => Assert.Single(YamlNodeReader.Read("a.yaml", Converting.ToYaml(json), [])).Find("spec")!;
}
