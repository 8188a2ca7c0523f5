using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary><c>x-mesh.trafficPolicy.healthChecks</c>.</summary>
public sealed class HealthCheckBindingTests
{
    private const string Times = "timeout: 1s, interval: 5s, unhealthyThreshold: 3, healthyThreshold: 2";
    private const string Path = "x-mesh.trafficPolicy.healthChecks[0]";

    [Fact]
    public void Load_a_check_by_http_with_everything()
    {
        var check = Load($$"""
            { {{Times}}, intervalJitter: 1s, initialJitter: 2s, noTrafficInterval: 3s, unhealthyInterval: 4s, unhealthyEdgeInterval: 6s, healthyEdgeInterval: 7s,
              onlySuspects: true, successfulActiveHealthCheckUnejectHost: false,
              httpHealthCheck: { path: /healthz?full=1, host: "a.example:81", method: HEAD, expectedStatuses: [ { start: 200, end: 300 }, { start: 404, end: 405 } ],
                                 retriableStatuses: [ { start: 500, end: 600 } ], requestHeaders: { x-a: b, x-c: "d: e" } } }
            """);

        Assert.Equal(
            new HealthCheckConfiguration
            {
                Timeout = TimeSpan.FromSeconds(1),
                Interval = TimeSpan.FromSeconds(5),
                UnhealthyThreshold = 3,
                HealthyThreshold = 2,
                IntervalJitter = TimeSpan.FromSeconds(1),
                InitialJitter = TimeSpan.FromSeconds(2),
                NoTrafficInterval = TimeSpan.FromSeconds(3),
                UnhealthyInterval = TimeSpan.FromSeconds(4),
                UnhealthyEdgeInterval = TimeSpan.FromSeconds(6),
                HealthyEdgeInterval = TimeSpan.FromSeconds(7),
                OnlySuspects = true,
                EndsEjections = false,
                Protocol = new HttpHealthCheck
                {
                    Path = "/healthz?full=1",
                    Host = "a.example:81",
                    Method = "HEAD",
                    ExpectedStatuses = StatusSet.Of((200, 299), (404, 404)),
                    RetriableStatuses = StatusSet.Of((500, 599)),
                    RequestHeaders = "x-a: b\nx-c: d: e",
                },
            },
            check);
    }

    [Fact]
    public void Load_a_check_has_the_defaults_of_envoy()
    {
        var check = Load($"{{ {Times}, httpHealthCheck: {{ path: / }} }}");

        Assert.Equal((TimeSpan.FromSeconds(60), TimeSpan.Zero, false, true), (check.NoTrafficInterval, check.IntervalJitter, check.OnlySuspects, check.EndsEjections));
        Assert.Equal(new HttpHealthCheck { Path = "/", Method = "GET", ExpectedStatuses = StatusSet.Of((200, 200)) }, check.Protocol);
    }

    [Fact]
    public void Load_a_check_by_grpc()
        => Assert.Equal(new GrpcHealthCheck("shop.Cart"), Load($"{{ {Times}, grpcHealthCheck: {{ serviceName: shop.Cart }} }}").Protocol);

    [Fact]
    public void Load_a_check_by_tcp()
        => Assert.Equal(new TcpHealthCheck("PING\r\n", new(["PONG", "\u00FF"])), Load($"{{ {Times}, tcpHealthCheck: {{ send: \"PING\\r\\n\", receive: [ PONG, \"\\u00FF\" ] }} }}").Protocol);

    [Fact]
    public void Load_checks_of_equal_text_are_equal()
        => Assert.Equal(
            Policy($"[ {{ {Times}, tcpHealthCheck: {{ receive: [ a ] }} }} ]").HealthChecks,
            Policy($"[ {{ {Times}, tcpHealthCheck: {{ receive: [ a ] }} }} ]").HealthChecks);

    [Fact]
    public void Load_an_empty_list_says_that_there_are_none()
    {
        Assert.Equal(ValueList<HealthCheckConfiguration>.Empty, Policy("[]").HealthChecks);
        Assert.Null(Loading.FirstDestination(Rule("trafficPolicy: {}")).TrafficPolicy!.Extension!.HealthChecks);
    }

    [Theory]
    [InlineData("interval: 5s, unhealthyThreshold: 3, healthyThreshold: 2, tcpHealthCheck: {}", FindingCodes.MissingField, "")]
    [InlineData("timeout: 1s, interval: 5s, unhealthyThreshold: 0, healthyThreshold: 2, tcpHealthCheck: {}", FindingCodes.OutOfRange, ".unhealthyThreshold")]
    [InlineData(Times, FindingCodes.BadHealthCheck, "")]
    [InlineData(Times + ", tcpHealthCheck: {}, grpcHealthCheck: {}", FindingCodes.Conflict, ".tcpHealthCheck")]
    [InlineData(Times + ", httpHealthCheck: {}", FindingCodes.MissingField, ".httpHealthCheck")]
    [InlineData(Times + ", httpHealthCheck: { path: healthz }", FindingCodes.BadHealthCheck, ".httpHealthCheck.path")]
    [InlineData(Times + ", httpHealthCheck: { path: \"/a b\" }", FindingCodes.BadHealthCheck, ".httpHealthCheck.path")]
    [InlineData(Times + ", httpHealthCheck: { path: /, host: \"a b\" }", FindingCodes.BadHealthCheck, ".httpHealthCheck.host")]
    [InlineData(Times + ", httpHealthCheck: { path: /, method: CONNECT }", FindingCodes.UnknownValue, ".httpHealthCheck.method")]
    [InlineData(Times + ", httpHealthCheck: { path: /, expectedStatuses: [ { start: 300, end: 300 } ] }", FindingCodes.BadHealthCheck, ".httpHealthCheck.expectedStatuses[0]")]
    [InlineData(Times + ", httpHealthCheck: { path: /, expectedStatuses: [ { start: 300 } ] }", FindingCodes.MissingField, ".httpHealthCheck.expectedStatuses[0]")]
    [InlineData(Times + ", httpHealthCheck: { path: /, requestHeaders: { \"a b\": c } }", FindingCodes.BadHeaderName, ".httpHealthCheck.requestHeaders.a b")]
    [InlineData(Times + ", httpHealthCheck: { path: /, requestHeaders: { content-type: c } }", FindingCodes.BadHealthCheck, ".httpHealthCheck.requestHeaders.content-type")]
    [InlineData(Times + ", tcpHealthCheck: { send: \"\\u0100\" }", FindingCodes.BadHealthCheck, ".tcpHealthCheck.send")]
    [InlineData(Times + ", tcpHealthCheck: { sent: a }", FindingCodes.UnknownField, ".tcpHealthCheck.sent")]
    public void Load_a_check_that_cannot_be_made_is_refused(string check, string code, string place)
        => Loading.Refused(Rule($"trafficPolicy: {{ healthChecks: [ {{ {check} }} ] }}"), code, Path + place);

    private static HealthCheckConfiguration Load(string check) => Assert.Single(Policy($"[ {check} ]").HealthChecks!);

    private static PolicyExtension Policy(string checks)
    {
        var document = Rule($"trafficPolicy: {{ healthChecks: {checks} }}");
        Loading.Clean(document);
        return Loading.FirstDestination(document).TrafficPolicy!.Extension!;
    }

    private static LoadedDocument Rule(string block)
        => Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{ name: reviews }}\nx-mesh: {{ {block} }}\nspec: {{ host: reviews }}\n");
}
