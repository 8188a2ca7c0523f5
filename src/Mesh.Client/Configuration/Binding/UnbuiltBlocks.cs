using static Mesh.Client.Configuration.ValueChecks;

namespace Mesh.Client.Configuration;

/// <summary>The blocks that are legal and not built, as Istio's schema has them.</summary>
internal static class UnbuiltBlocks
{
    public static ValueCheck Destination { get; } = (node, findings) => DestinationBinder.Bind(node, node, findings);

    public static ValueCheck CorsPolicy { get; } = Fields(
        ("allowOrigin", Texts),
        ("allowOrigins", ListOf((node, findings) => StringMatchBinder.Bind(node, allowsPresence: false, allowsEmptyPrefix: false, findings))),
        ("allowMethods", ListOf(Choice("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"))),
        ("allowHeaders", Texts),
        ("exposeHeaders", Texts),
        ("maxAge", WholeSeconds),
        ("allowCredentials", Flag),
        ("unmatchedPreflights", Choice("UNSPECIFIED", "FORWARD", "IGNORE")));

    public static ValueCheck TcpRoutes { get; } = ListOf(Fields(
        ("match", ListOf(Fields([.. ConnectionMatch, ("sourceSubnet", Text)]))),
        ("route", ConnectionRoute)));

    public static ValueCheck TlsRoutes { get; } = ListOf(Fields(
        ("match", ListOf(Fields([.. ConnectionMatch, ("sniHosts", Texts)]))),
        ("route", ConnectionRoute)));

    public static ValueCheck Tunnel { get; } = Fields(("protocol", Choice("CONNECT", "POST")), ("targetHost", Text), ("targetPort", Port));

    public static ValueCheck ProxyProtocol { get; } = Fields(("version", Choice("V1", "V2")));

    public static ValueCheck CaptureMode { get; } = Choice("DEFAULT", "IPTABLES", "NONE");

    /// <summary>Port 0 is that of a Unix socket.</summary>
    public static ValueCheck ListenerPort { get; } = Fields(
        ("number", Integer(0, 65535)), ("name", Text), ("protocol", Choice(ServiceEntryBinder.ProtocolNames)), ("targetPort", Integer(0, 65535)));

    public static ValueCheck Ingress { get; } = ListOf(Fields(
        ("port", ListenerPort), ("bind", Text), ("captureMode", CaptureMode), ("defaultEndpoint", Text), ("tls", Mapping), ("connectionPool", Mapping)));

    public static ValueCheck Servers { get; } = ListOf(Fields(
        ("port", ListenerPort), ("bind", Text), ("hosts", Texts), ("tls", Mapping), ("defaultEndpoint", Text), ("name", Text)));

    public static ValueCheck TargetRef { get; } = Fields(("group", Text), ("kind", Text), ("name", Text), ("namespace", Text));

    public static ValueCheck AuthorizationRules { get; } = ListOf(Fields(
        ("from", ListOf(Fields(("source", Fields(
            [.. WithOpposites("principals", "requestPrincipals", "namespaces", "ipBlocks", "remoteIpBlocks", "serviceAccounts")]))))),
        ("to", ListOf(Fields(("operation", Fields([.. WithOpposites("hosts", "ports", "methods", "paths")]))))),
        ("when", ListOf(Fields([("key", Text), .. WithOpposites("values")])))));

    public static ValueCheck JwtRules { get; } = ListOf(Fields(
        ("issuer", Text),
        ("audiences", Texts),
        ("jwksUri", Text),
        ("jwks", Text),
        ("fromHeaders", ListOf(Fields(("name", Text), ("prefix", Text)))),
        ("fromParams", Texts),
        ("fromCookies", Texts),
        ("outputPayloadToHeader", Text),
        ("outputClaimToHeaders", ListOf(Fields(("header", Text), ("claim", Text)))),
        ("forwardOriginalToken", Flag),
        ("spaceDelimitedClaims", Texts),
        ("timeout", Duration)));

    private static IReadOnlyList<(string Name, ValueCheck Check)> ConnectionMatch =>
    [
        ("destinationSubnets", Texts), ("port", Port), ("sourceLabels", MapOf(Text)), ("sourceNamespace", Text), ("gateways", Texts),
    ];

    private static ValueCheck ConnectionRoute => ListOf(Fields(("destination", Destination), ("weight", Count)));

    /// <summary>Each list and the one of what must not be: <c>ports</c> and <c>notPorts</c>.</summary>
    private static IEnumerable<(string Name, ValueCheck Check)> WithOpposites(params string[] names)
        => names.Concat(names.Select(name => $"not{char.ToUpperInvariant(name[0])}{name[1..]}")).Select(name => (name, Texts));

    private static void WholeSeconds(ConfigurationNode node, FindingSink findings)
    {
        if (ScalarReader.Duration(node, findings) is { Milliseconds: not 0 })
        {
            findings.Error(FindingCodes.BadDuration, node, $"{FindingSink.Quote(node.Text)} cannot be used: whole seconds are needed here.");
        }
    }
}
