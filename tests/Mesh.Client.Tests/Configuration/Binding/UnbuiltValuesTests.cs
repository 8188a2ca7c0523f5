using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary>What is legal and not built is checked as what is built: Istio's schema does not tell the two apart.</summary>
public sealed class UnbuiltValuesTests
{
    private const string Reviews = "route: [ { destination: { host: a } } ]";

    [Theory]
    [InlineData("corsPolicy: { allowOrigins: [ { exact: a }, { regex: \"a.*\" } ], allowMethods: [ GET ], allowHeaders: [ a ], exposeHeaders: [ b ], maxAge: 24h, allowCredentials: true, unmatchedPreflights: IGNORE }")]
    [InlineData("corsPolicy: { allow_origin: [ a ] }")]
    [InlineData("match: [ { statPrefix: a } ]")]
    public void Load_the_values_of_an_unbuilt_field_of_a_rule_are_taken(string field) => OnlyUnbuilt(Loading.Route($"- {{ {field}, {Reviews} }}\n"));

    [Theory]
    [InlineData("corsPolicy: 5", FindingCodes.WrongType, "corsPolicy")]
    [InlineData("corsPolicy: { allowOrigins: [ a ] }", FindingCodes.BadStringMatch, "corsPolicy.allowOrigins[0]")]
    [InlineData("corsPolicy: { allowOrigins: [ { regex: \"(\" } ] }", FindingCodes.BadRegex, "corsPolicy.allowOrigins[0].regex")]
    [InlineData("corsPolicy: { allowMethods: [ GTE ] }", FindingCodes.UnknownValue, "corsPolicy.allowMethods[0]")]
    [InlineData("corsPolicy: { allowHeaders: a }", FindingCodes.WrongType, "corsPolicy.allowHeaders")]
    [InlineData("corsPolicy: { maxAge: 24 }", FindingCodes.BadDuration, "corsPolicy.maxAge")]
    [InlineData("corsPolicy: { maxAge: 1500ms }", FindingCodes.BadDuration, "corsPolicy.maxAge")]
    [InlineData("corsPolicy: { allowCredentials: \"true\" }", FindingCodes.WrongType, "corsPolicy.allowCredentials")]
    [InlineData("corsPolicy: { alowMethods: [ GET ] }", FindingCodes.UnknownField, "corsPolicy.alowMethods")]
    [InlineData("match: [ { statPrefix: 5 } ]", FindingCodes.WrongType, "match[0].statPrefix")]
    [InlineData("retries: { attempts: 1, retryRemoteLocalities: 1 }", FindingCodes.WrongType, "retries.retryRemoteLocalities")]
    public void Load_a_wrong_value_in_an_unbuilt_field_of_a_rule_is_refused(string field, string code, string path)
        => Loading.Refused(Loading.Route($"- {{ {field}, {Reviews} }}\n"), code, "spec.http[0]." + path);

    [Theory]
    [InlineData("tcp: [ { match: [ { port: 80, destinationSubnets: [ 10.0.0.0/8 ] } ], route: [ { destination: { host: a, port: { number: 80 } }, weight: 1 } ] } ]")]
    [InlineData("tls: [ { match: [ { port: 443, sniHosts: [ a ], sourceLabels: { a: b }, gateways: [ mesh ] } ], route: [ { destination: { host: a } } ] } ]")]
    public void Load_rules_for_connections_are_taken(string rules) => OnlyUnbuilt(Connections(rules));

    [Theory]
    [InlineData("tcp: {}", FindingCodes.WrongType, "tcp")]
    [InlineData("tcp: [ { match: [ { port: 0 } ] } ]", FindingCodes.OutOfRange, "tcp[0].match[0].port")]
    [InlineData("tcp: [ { match: [ { sniHosts: [ a ] } ] } ]", FindingCodes.UnknownField, "tcp[0].match[0].sniHosts")]
    [InlineData("tls: [ { match: [ { sniHosts: a } ] } ]", FindingCodes.WrongType, "tls[0].match[0].sniHosts")]
    [InlineData("tls: [ { route: [ { destination: { host: \"http://a\" } } ] } ]", FindingCodes.BadHost, "tls[0].route[0].destination.host")]
    [InlineData("tls: [ { route: [ { destination: { host: a }, weight: -1 } ] } ]", FindingCodes.OutOfRange, "tls[0].route[0].weight")]
    public void Load_a_wrong_value_in_a_rule_for_connections_is_refused(string rules, string code, string path)
        => Loading.Refused(Connections(rules), code, "spec." + path);

    [Theory]
    [InlineData("tunnel: { protocol: POST, targetHost: a.example, targetPort: 80 }")]
    [InlineData("proxyProtocol: { version: V2 }")]
    [InlineData("retryBudget: { budgetInterval: 10s }")]
    public void Load_the_values_of_an_unbuilt_block_of_a_policy_are_taken(string block) => OnlyUnbuilt(Loading.Destination($"trafficPolicy: {{ {block} }}\n"));

    [Theory]
    [InlineData("tunnel: a", FindingCodes.WrongType, "tunnel")]
    [InlineData("tunnel: { protocol: PUT }", FindingCodes.UnknownValue, "tunnel.protocol")]
    [InlineData("tunnel: { targetPort: 70000 }", FindingCodes.OutOfRange, "tunnel.targetPort")]
    [InlineData("proxyProtocol: { version: 2 }", FindingCodes.WrongType, "proxyProtocol.version")]
    public void Load_a_wrong_value_in_an_unbuilt_block_of_a_policy_is_refused(string block, string code, string path)
        => Loading.Refused(Loading.Destination($"trafficPolicy: {{ {block} }}\n"), code, "spec.trafficPolicy." + path);

    [Theory]
    [InlineData("networking", "Sidecar", "ingress: [ { port: { number: 80, protocol: HTTP, name: a }, bind: 0.0.0.0, captureMode: NONE, defaultEndpoint: \"127.0.0.1:80\", tls: { mode: SIMPLE } } ]")]
    [InlineData("networking", "Sidecar", "inboundConnectionPool: { http: { maxRetries: 1 } }")]
    [InlineData("networking", "Sidecar", "egress: [ { hosts: [ \"./*\" ], port: { number: 80, protocol: HTTP, name: a }, bind: 127.0.0.1, captureMode: DEFAULT } ]")]
    [InlineData("networking", "Sidecar", "outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: a.example, port: { number: 80 } } }")]
    [InlineData("networking", "Gateway", "selector: { a: b }, servers: [ { port: { number: 443, name: https, protocol: HTTPS }, hosts: [ \"*\" ], tls: { mode: SIMPLE, credentialName: a } } ], later: 5")]
    [InlineData("security", "AuthorizationPolicy", "action: DENY, rules: [ { from: [ { source: { principals: [ a ], notIpBlocks: [ b ] } } ], to: [ { operation: { methods: [ GET ], notPaths: [ /a ] } } ], when: [ { key: a, values: [ b ] } ] } ], targetRefs: [ { kind: Service, name: a } ]")]
    [InlineData("security", "RequestAuthentication", "jwtRules: [ { issuer: a, jwksUri: b, fromHeaders: [ { name: c, prefix: d } ], forwardOriginalToken: true, timeout: 5s } ]")]
    public void Load_the_values_of_other_resources_are_taken(string group, string kind, string spec) => OnlyUnbuilt(Resource(group, kind, spec));

    [Theory]
    [InlineData("networking", "Sidecar", "ingress: [ { port: 80 } ]", FindingCodes.WrongType, "ingress[0].port")]
    [InlineData("networking", "Sidecar", "ingress: [ { port: { number: 80, protocol: HTTTP } } ]", FindingCodes.UnknownValue, "ingress[0].port.protocol")]
    [InlineData("networking", "Sidecar", "inboundConnectionPool: 5", FindingCodes.WrongType, "inboundConnectionPool")]
    [InlineData("networking", "Sidecar", "egress: [ { hosts: [ \"./*\" ], port: { number: 99999 } } ]", FindingCodes.OutOfRange, "egress[0].port.number")]
    [InlineData("networking", "Sidecar", "egress: [ { hosts: [ \"./*\" ], bind: 5 } ]", FindingCodes.WrongType, "egress[0].bind")]
    [InlineData("networking", "Sidecar", "egress: [ { hosts: [ \"./*\" ], captureMode: ALL } ]", FindingCodes.UnknownValue, "egress[0].captureMode")]
    [InlineData("networking", "Sidecar", "outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: a }", FindingCodes.WrongType, "outboundTrafficPolicy.egressProxy")]
    [InlineData("networking", "WorkloadEntry", "address: 10.0.0.1, network: 5", FindingCodes.WrongType, "network")]
    [InlineData("networking", "Gateway", "servers: [ { hosts: a } ]", FindingCodes.WrongType, "servers[0].hosts")]
    [InlineData("networking", "Gateway", "selector: { a: 5 }", FindingCodes.WrongType, "selector.a")]
    [InlineData("security", "AuthorizationPolicy", "action: REFUSE", FindingCodes.UnknownValue, "action")]
    [InlineData("security", "AuthorizationPolicy", "rules: [ { to: [ { operation: { ports: [ 80 ] } } ] } ]", FindingCodes.WrongType, "rules[0].to[0].operation.ports[0]")]
    [InlineData("security", "AuthorizationPolicy", "rules: [ { form: [] } ]", FindingCodes.UnknownField, "rules[0].form")]
    [InlineData("security", "RequestAuthentication", "jwtRules: [ { audiences: a } ]", FindingCodes.WrongType, "jwtRules[0].audiences")]
    public void Load_a_wrong_value_in_another_resource_is_refused(string group, string kind, string spec, string code, string path)
        => Loading.Refused(Resource(group, kind, spec), code, "spec." + path);

    [Fact]
    public void Load_an_unbuilt_field_that_is_null_or_empty_is_not_written()
    {
        var document = Loading.Yaml("apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: { name: a }\nspec: { address: 10.0.0.1, network: \"\", serviceAccount: null }\n");

        Loading.Warned(document, FindingCodes.NullValue, "spec.serviceAccount");
        Assert.Single(document.Findings);
    }

    private static void OnlyUnbuilt(LoadedDocument document)
    {
        Loading.NotRefused(document);
        Assert.All(document.Findings, finding => Assert.Matches("MESH0[56]", finding.Code));
        Assert.NotEmpty(document.Findings);
    }

    private static LoadedDocument Connections(string rules) => Resource("networking", "VirtualService", "hosts: [ a ], " + rules);

    private static LoadedDocument Resource(string group, string kind, string spec)
        => Loading.Yaml($"apiVersion: {group}.istio.io/v1\nkind: {kind}\nmetadata: {{ name: a }}\nspec: {{ {spec} }}\n");
}
