using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class SidecarBindingTests
{
    [Fact]
    public void Bind_every_field_is_read()
    {
        var document = Load("workloadSelector: { labels: { app: web } }, egress: [ { hosts: [ \"./*\", \"prod/a.example\", \"~test/*.b\", \"~/*\" ] } ], outboundTrafficPolicy: { mode: ALLOW_ANY }");

        Loading.Clean(document);
        var sidecar = Assert.Single(document.Configuration.Sidecars);
        Assert.Equal(("web", OutboundTrafficPolicyMode.AllowAny), (sidecar.WorkloadSelector!["app"], sidecar.OutboundTrafficPolicy));
        Assert.Equal([(".", "*", false), ("prod", "a.example", false), ("test", "*.b", true), ("~", "*", false)],
            sidecar.EgressHosts!.Select(host => (host.Namespace, host.Host, host.IsExcluded)));
    }

    [Theory]
    [InlineData("number: 80", 80)]
    [InlineData("number: 9080, protocol: HTTP, name: http", 9080)]
    [InlineData("number: 80, protocol: HTTP_PROXY", EgressHostConfiguration.AnyPort)]
    public void Bind_a_port_limits_the_hosts_beside_it(string port, int expected)
    {
        var document = Load($"egress: [ {{ hosts: [ \"./a\", \"./b\" ], port: {{ {port} }} }}, {{ hosts: [ \"./c\" ] }} ]");

        Assert.Equal([expected, expected, EgressHostConfiguration.AnyPort], Assert.Single(document.Configuration.Sidecars).EgressHosts!.Select(host => host.Port));
    }

    [Fact]
    public void Bind_the_hosts_of_a_socket_are_seen_by_nobody()
        => Assert.Empty(Assert.Single(Load("egress: [ { hosts: [ \"./a\" ], port: { number: 0 } } ]").Configuration.Sidecars).EgressHosts!);

    [Fact]
    public void Bind_from_the_section_is_the_same()
    {
        var document = Loading.Section("""{ "Sidecars": { "prod/s": { "egress": [ { "hosts": [ "./*" ] } ] } } }""");

        Loading.Clean(document);
        Assert.Equal("prod", Assert.Single(document.Configuration.Sidecars).Metadata.Namespace);
    }

    [Theory]
    [InlineData("reviews")]
    [InlineData("/reviews")]
    [InlineData("./")]
    [InlineData("./a/b")]
    [InlineData("Prod/a")]
    [InlineData("./http://a")]
    [InlineData("./a*")]
    [InlineData("~/a")]
    public void Bind_a_host_that_is_not_namespace_and_name_is_refused(string host)
        => Assert.Contains("namespace/host", Loading.Refused(Load($"egress: [ {{ hosts: [ \"{host}\" ] }} ]"), FindingCodes.BadEgressHost, "spec.egress[0].hosts[0]").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("egress: [ {} ]", FindingCodes.MissingField, "spec.egress[0]")]
    [InlineData("egress: {}", FindingCodes.WrongType, "spec.egress")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], port: {} } ]", FindingCodes.MissingField, "spec.egress[0].port")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], port: { number: 65536 } } ]", FindingCodes.OutOfRange, "spec.egress[0].port.number")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], port: { number: 80, protocol: QUIC } } ]", FindingCodes.UnknownValue, "spec.egress[0].port.protocol")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], ports: 1 } ]", FindingCodes.UnknownField, "spec.egress[0].ports")]
    [InlineData("outboundTrafficPolicy: { mode: SOME }", FindingCodes.UnknownValue, "spec.outboundTrafficPolicy.mode")]
    public void Bind_what_cannot_be_meant_is_refused_with_its_place(string spec, string code, string path) => Loading.Refused(Load(spec), code, path);

    [Theory]
    [InlineData("ingress: []", "spec.ingress")]
    [InlineData("inboundConnectionPool: {}", "spec.inboundConnectionPool")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], port: { number: 80, protocol: HTTP_PROXY } } ]", "spec.egress[0].port")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], port: { number: 0 } } ]", "spec.egress[0].port")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], bind: 0.0.0.0 } ]", "spec.egress[0].bind")]
    [InlineData("egress: [ { hosts: [ \"./*\" ], captureMode: NONE } ]", "spec.egress[0].captureMode")]
    public void Bind_what_has_no_effect_is_told(string spec, string path) => Loading.Warned(Load(spec), FindingCodes.UnbuiltField, path);

    [Fact]
    public void Bind_an_outbound_policy_without_a_mode_is_told_what_it_means()
        => Loading.Informed(Load("outboundTrafficPolicy: {}"), FindingCodes.AmbiguousOutboundMode, "spec.outboundTrafficPolicy");

    private static LoadedDocument Load(string spec) => Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {{ name: a }}\nspec: {{ {spec} }}\n");
}
