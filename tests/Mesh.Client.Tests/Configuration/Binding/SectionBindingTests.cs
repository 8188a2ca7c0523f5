using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class SectionBindingTests
{
    [Fact]
    public void Load_the_section_of_the_contract_reads_like_it()
    {
        var document = Loading.Section("""
            {
              "Namespace": "shop", "Domain": "example.local", "Seed": -5,
              "Workload": { "Name": "productpage-v1", "Labels": { "app": "productpage", "version": "v1" }, "Locality": "eu/eu-1/a" },
              "OutboundTrafficPolicy": { "Mode": "REGISTRY_ONLY" },
              "DefaultDiscovery": "None",
              "Propagation": { "Headers": [ "end-user", "X-Tenant" ], "ExternalHosts": [ "*.example.com" ] },
              "Dns": { "NameServers": [ "10.0.0.2", "127.0.0.1:5353", "[::1]:53" ] },
              "Services": {
                "reviews": {
                  "Ports": [ { "Number": 9080, "Name": "http", "TargetPort": 8080, "Protocol": "http2" } ],
                  "Endpoints": [ { "Address": "127.0.0.1:9083", "Labels": { "version": "v1" }, "Locality": "eu", "Weight": 2 }, { "Address": "unix:/run/x" } ]
                },
                "prod/ratings": { "Discovery": "Dns" },
                "api.example.com": { "Location": "MESH_EXTERNAL" }
              },
              "VirtualServices": { "prod/reviews": { "metadata": { "creationTimestamp": "2026-01-01T00:00:00Z", "labels": { "a": "b" } },
                "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews" } } ] } ] } },
              "destinationrules": { "reviews": { "HOST": "reviews" } }
            }
            """);

        Loading.Clean(document);
        var mesh = document.Configuration;
        Assert.Equal(("shop", "example.local", -5L), (mesh.Namespace, mesh.Domain, mesh.Seed));
        Assert.Equal(("productpage-v1", "v1", "eu/eu-1/a"), (mesh.Workload.Name, mesh.Workload.Labels["version"], mesh.Workload.Locality));
        Assert.Equal(OutboundTrafficPolicyMode.RegistryOnly, mesh.OutboundTrafficPolicy);
        Assert.Equal(DiscoveryKind.None, mesh.DefaultDiscovery);
        Assert.Equal(["end-user", "X-Tenant"], mesh.Propagation.Headers);
        Assert.Equal(["*.example.com"], mesh.Propagation.ExternalHosts);
        Assert.Equal(3, mesh.Dns.NameServers.Count);
        var reviews = mesh.Services[0];
        Assert.Equal(new PortConfiguration { Number = 9080, Name = "http", TargetPort = 8080, Protocol = "HTTP2" }, reviews.Ports[0]);
        Assert.Equal(("127.0.0.1:9083", "v1", "eu", 2), (reviews.Endpoints[0].Address, reviews.Endpoints[0].Labels["version"], reviews.Endpoints[0].Locality, reviews.Endpoints[0].Weight));
        Assert.Null(reviews.Discovery);
        Assert.Equal(("prod", "ratings", DiscoveryKind.Dns), (mesh.Services[1].Metadata.Namespace, mesh.Services[1].Metadata.Name, mesh.Services[1].Discovery));
        Assert.True(mesh.Services[2].External);
        Assert.Equal("VirtualService prod/reviews", mesh.VirtualServices[0].Metadata.ToString());
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), mesh.VirtualServices[0].Metadata.CreationTimestamp);
        Assert.Equal("reviews", mesh.DestinationRules[0].Host);
        Assert.Equal(
            ["DefaultDiscovery", "Dns", "Domain", "Namespace", "OutboundTrafficPolicy", "Propagation", "Seed", "Workload"],
            document.Settings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_an_empty_section_has_defaults_and_sets_nothing()
    {
        var document = Loading.Section("{}");

        Loading.Clean(document);
        Assert.Empty(document.Settings);
        Assert.Equal(("default", "cluster.local"), (document.Configuration.Namespace, document.Configuration.Domain));
    }

    [Theory]
    [InlineData("""{ "Namespce": "a" }""", FindingCodes.UnknownField, "Mesh:Namespce")]
    [InlineData("""{ "Namespace": "A" }""", FindingCodes.BadName, "Mesh:Namespace")]
    [InlineData("""{ "Namespace": "a", "namespace": "b" }""", FindingCodes.DuplicateKey, "Mesh:namespace")]
    [InlineData("""{ "Services": [] }""", FindingCodes.WrongType, "Mesh:Services")]
    [InlineData("""{ "Services": null }""", FindingCodes.NullValue, "Mesh:Services")]
    [InlineData("""{ "Services": { "a": null } }""", FindingCodes.NullValue, "Mesh:Services:a")]
    [InlineData("""{ "Services": { "a_b": {} } }""", FindingCodes.BadName, "Mesh:Services:a_b")]
    [InlineData("""{ "VirtualServices": { "a/b/c": { "hosts": [ "a" ] } } }""", FindingCodes.BadName, "Mesh:VirtualServices:a/b/c")]
    [InlineData("""{ "Seed": 1.5 }""", FindingCodes.WrongType, "Mesh:Seed")]
    [InlineData("""{ "Seed": 99999999999999999999 }""", FindingCodes.WrongType, "Mesh:Seed")]
    [InlineData("""{ "DefaultDiscovery": "Dsn" }""", FindingCodes.UnknownValue, "Mesh:DefaultDiscovery")]
    [InlineData("""{ "DefaultDiscovery": "Static" }""", FindingCodes.DiscoveryMismatch, "Mesh:DefaultDiscovery")]
    [InlineData("""{ "OutboundTrafficPolicy": "REGISTRY_ONLY" }""", FindingCodes.WrongType, "Mesh:OutboundTrafficPolicy")]
    [InlineData("""{ "Workload": { "Locality": "a//b" } }""", FindingCodes.BadLocality, "Mesh:Workload:Locality")]
    [InlineData("""{ "Workload": { "Labels": { "version": 1 } } }""", FindingCodes.WrongType, "Mesh:Workload:Labels:version")]
    [InlineData("""{ "Dns": { "NameServers": [ "10" ] } }""", FindingCodes.BadAddress, "Mesh:Dns:NameServers:0")]
    [InlineData("""{ "Propagation": { "Headers": [ "a b" ] } }""", FindingCodes.BadHeaderName, "Mesh:Propagation:Headers:0")]
    [InlineData("""{ "Services": { "a": { "Ports": [ { "Number": 0 } ] } } }""", FindingCodes.OutOfRange, "Mesh:Services:a:Ports:0:Number")]
    [InlineData("""{ "Services": { "a": { "Ports": [ { "Number": 1 }, { "Number": 1 } ] } } }""", FindingCodes.DuplicatePort, "Mesh:Services:a:Ports")]
    [InlineData("""{ "Services": { "a": { "Endpoints": [ { "Address": "1.2.3.4:0" } ] } } }""", FindingCodes.BadAddress, "Mesh:Services:a:Endpoints:0:Address")]
    [InlineData("""{ "Services": { "a": { "Endpoints": [ { "Address": "b:1" }, { "Address": "B:1" } ] } } }""", FindingCodes.DuplicateEndpoint, "Mesh:Services:a:Endpoints:1:Address")]
    [InlineData("""{ "Services": { "a": { "Endpoints": [ { "Address": "b:1", "Labels": { "v": "1" } }, { "Address": "b:1", "Labels": { "v": "1" } } ] } } }""", FindingCodes.DuplicateEndpoint, "Mesh:Services:a:Endpoints:1:Address")]
    [InlineData("""{ "Services": { "a": { "Endpoints": [ { "Address": "b", "Weight": 0 } ] } } }""", FindingCodes.OutOfRange, "Mesh:Services:a:Endpoints:0:Weight")]
    [InlineData("""{ "Services": { "a": { "Endpoints": [ {} ] } } }""", FindingCodes.MissingField, "Mesh:Services:a:Endpoints:0")]
    [InlineData("[]", FindingCodes.WrongType, "Mesh")]
    [InlineData("{", FindingCodes.NotReadable, "Mesh")]
    public void Load_a_section_that_cannot_be_honoured_is_refused(string json, string code, string path) => Loading.Refused(Loading.Section(json), code, path);

    [Theory]
    [InlineData("1.2.3.4:80")]
    [InlineData("1.2.3.4")]
    [InlineData("[::1]:80")]
    [InlineData("[::1]")]
    [InlineData("reviews-v1.shop:9080")]
    [InlineData("reviews")]
    [InlineData("unix:/run/a.sock")]
    public void EndpointAddress_the_four_forms_are_allowed(string address) => Assert.Null(EndpointAddressRule.FindError(address));

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("a:")]
    [InlineData("a:65536")]
    [InlineData("a:b")]
    [InlineData("a:+1")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("[1.2.3.4]:80")]
    [InlineData("[::1]80")]
    [InlineData("1.2.3:80")]
    [InlineData("1.2.3.400:80")]
    [InlineData("http://a:80")]
    [InlineData("a_b:80")]
    [InlineData("unix:")]
    public void EndpointAddress_others_are_not(string address) => Assert.NotNull(EndpointAddressRule.FindError(address));

    [Fact]
    public void EndpointAddress_of_a_socket_has_a_path_that_every_platform_takes()
    {
        Assert.Null(EndpointAddressRule.FindError("unix:/" + new string('a', 102)));
        Assert.NotNull(EndpointAddressRule.FindError("unix:/" + new string('a', 103)));
    }

    [Theory]
    [InlineData("""{ "Discovery": "Static" }""", FindingCodes.DiscoveryMismatch)]
    [InlineData("""{ "Discovery": "DnsSrv", "Endpoints": [ { "Address": "a:1" } ] }""", FindingCodes.DiscoveryMismatch)]
    [InlineData("""{ "Discovery": "None", "DiscoveryName": "b" }""", FindingCodes.DiscoveryMismatch)]
    [InlineData("""{ "DiscoveryName": "b", "Endpoints": [ { "Address": "a:1" } ] }""", FindingCodes.DiscoveryMismatch)]
    public void Load_a_discovery_that_finds_nothing_is_told(string service, string code)
        => Assert.Equal(code, Assert.Single(Loading.Section($$"""{ "Services": { "a": {{service}} } }""").Findings, finding => finding.Severity == MeshFindingSeverity.Warning).Code);

    [Theory]
    [InlineData("""{ "Discovery": "DnsSrv", "DiscoveryName": "_http._tcp.a" }""")]
    [InlineData("""{ "DiscoveryName": "a.b." }""")]
    [InlineData("""{ "Discovery": "Dns", "Endpoints": [ { "Address": "a:1" }, { "Address": "10.0.0.1:1" } ] }""")]
    [InlineData("""{ "Discovery": "ServiceDiscovery", "DiscoveryName": "https://_a.b" }""")]
    public void Load_a_name_that_can_be_looked_up(string service) => Loading.Clean(Loading.Section($$"""{ "Services": { "a": {{service}} } }"""));

    [Theory]
    [InlineData("""{ "Discovery": "Dns", "DiscoveryName": "a b" }""")]
    [InlineData("""{ "Discovery": "DnsSrv", "DiscoveryName": "a..b" }""")]
    [InlineData("""{ "DiscoveryName": "10.0.0" }""")]
    public void Load_a_name_that_cannot_be_looked_up_in_DNS_is_refused(string service) =>
        Loading.Refused(Loading.Section($$"""{ "Services": { "a": {{service}} } }"""), FindingCodes.BadName, "Mesh:Services:a:DiscoveryName");

    [Fact]
    public void Load_a_port_whose_name_does_not_fit_into_the_name_of_an_SRV_record_is_refused() => Loading.Refused(
        Loading.Section($$"""{ "Services": { "a": { "Discovery": "DnsSrv", "Ports": [ { "Number": 80, "Name": "{{new string('a', 63)}}" } ] } } }"""),
        FindingCodes.BadPortName, "Mesh:Services:a:Ports");

    [Theory]
    [InlineData("Gateways", FindingCodes.GatewayAccepted)]
    [InlineData("PeerAuthentications", FindingCodes.UnbuiltResource)]
    [InlineData("RequestAuthentications", FindingCodes.UnbuiltSecurity)]
    [InlineData("AuthorizationPolicies", FindingCodes.UnbuiltSecurity)]
    public void Load_maps_of_other_resources_are_told(string map, string code)
    {
        var document = Loading.Section($$"""{ "{{map}}": { "a": {} } }""");

        Loading.NotRefused(document);
        Loading.Find(document.Findings, code, $"Mesh:{map}:a");
    }

    [Fact]
    public void Load_findings_name_the_resource_with_the_namespace_of_the_section()
        => Assert.Equal("DestinationRule shop/a", Loading.Refused(
            Loading.Section("""{ "DestinationRules": { "a": { "hots": "a" } }, "Namespace": "shop" }"""), FindingCodes.UnknownField, "Mesh:DestinationRules:a:hots").Resource);

    [Fact]
    public void LoadSection_scalars_from_a_provider_of_text_take_any_scalar_type()
    {
        var section = ConfigurationNode.Root("Mesh", PathStyle.Colons, NodeKind.Mapping, null, new SourcePosition("environment", 0, 0));
        section.AddProperty("Seed", NodeKind.Untyped, "42", section.Position);
        section.AddProperty("Namespace", NodeKind.Untyped, "123", section.Position);
        var service = section.AddProperty("Services", NodeKind.Mapping, null, section.Position).AddProperty("a", NodeKind.Mapping, null, section.Position);
        service.AddProperty("External", NodeKind.Untyped, "True", section.Position);

        var document = DocumentLoader.LoadSection("environment", section);

        Loading.Clean(document);
        Assert.Equal((42L, "123"), (document.Configuration.Seed, document.Configuration.Namespace));
        Assert.True(document.Configuration.Services[0].External);
    }
}
