using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class ConsistentHashBindingTests
{
    private const string Path = "spec.trafficPolicy.loadBalancer.consistentHash";

    [Theory]
    [InlineData("httpHeaderName: x-user", "Header", "x-user")]
    [InlineData("httpHeaderName: ':path'", "Header", ":path")]
    [InlineData("httpCookie: { name: user }", "Cookie", "user")]
    [InlineData("useSourceIp: true", "SourceIp", "")]
    [InlineData("httpQueryParameterName: user", "QueryParameter", "user")]
    public void Each_key_is_read(string key, string kind, string name)
    {
        var bound = Bind(key);

        Assert.Equal((LoadBalancerPolicy.RingHash, kind, name), (bound.Policy, bound.ConsistentHash!.Key.ToString(), bound.ConsistentHash.Name));
        Assert.Equal(1024, bound.ConsistentHash.Size);
        Assert.Null(bound.ConsistentHash.CookieTtl);
    }

    [Theory]
    [InlineData("", "RingHash", 1024)]
    [InlineData("ringHash: {}", "RingHash", 1024)]
    [InlineData("ringHash: { minimumRingSize: 0 }", "RingHash", 1024)]
    [InlineData("ringHash: { minimumRingSize: 12 }", "RingHash", 12)]
    [InlineData("ringHash: { minimumRingSize: 8388608 }", "RingHash", 8388608)]
    [InlineData("maglev: {}", "Maglev", 65537)]
    [InlineData("maglev: { tableSize: 5000011 }", "Maglev", 5000011)]
    public void Each_table_is_read(string table, string policy, int size)
    {
        var bound = Bind($"useSourceIp: true, {table}");

        Assert.Equal((policy, size), (bound.Policy.ToString(), bound.ConsistentHash!.Size));
    }

    [Theory]
    [InlineData("ttl: 0s", "; HttpOnly")]
    [InlineData("ttl: 0.5s", "; HttpOnly")]
    [InlineData("ttl: 1m30s, path: /shop", "; Max-Age=90; Path=/shop; HttpOnly")]
    [InlineData("ttl: 1s, attributes: [ { name: SameSite, value: Strict }, { name: Secure } ]", "; Max-Age=1; SameSite=Strict; Secure; HttpOnly")]
    public void Cookie_is_made_as_Envoy_makes_it(string cookie, string attributes)
    {
        var bound = Bind($"httpCookie: {{ name: user, {cookie} }}").ConsistentHash!;

        Assert.NotNull(bound.CookieTtl);
        Assert.Equal(attributes, bound.CookieAttributes);
    }

    [Fact]
    public void Older_name_of_the_ring_size_works_and_is_told()
    {
        var document = Hash("useSourceIp: true, minimumRingSize: 2048");

        Assert.Equal(2048, Bound(document).ConsistentHash!.Size);
        Loading.Informed(document, FindingCodes.Deprecated, $"{Path}.minimumRingSize");
    }

    [Fact]
    public void Key_that_is_switched_off_is_told()
    {
        var document = Hash("useSourceIp: false");

        Assert.Equal(HashKeyKind.None, Bound(document).ConsistentHash!.Key);
        Loading.Warned(document, FindingCodes.BadConsistentHash, $"{Path}.useSourceIp");
    }

    [Theory]
    [InlineData("{}", FindingCodes.MissingField, "")]
    [InlineData("{ maglev: {} }", FindingCodes.MissingField, "")]
    [InlineData("{ httpHeaderName: a, useSourceIp: true }", FindingCodes.Conflict, ".useSourceIp")]
    [InlineData("{ httpHeaderName: a, httpCookie: { name: b } }", FindingCodes.Conflict, ".httpCookie")]
    [InlineData("{ httpHeaderName: 'a b' }", FindingCodes.BadHeaderName, ".httpHeaderName")]
    [InlineData("{ httpHeaderName: '' }", FindingCodes.MissingField, ".httpHeaderName")]
    [InlineData("{ httpHeaderName: ':nosuch' }", FindingCodes.BadHeaderName, ".httpHeaderName")]
    [InlineData("{ httpQueryParameterName: 'a=b' }", FindingCodes.BadQueryParameter, ".httpQueryParameterName")]
    [InlineData("{ httpCookie: {} }", FindingCodes.MissingField, ".httpCookie")]
    [InlineData("{ httpCookie: { name: 'a;b' } }", FindingCodes.BadConsistentHash, ".httpCookie.name")]
    [InlineData("{ httpCookie: { name: a, path: '/; Domain=b' } }", FindingCodes.BadConsistentHash, ".httpCookie.path")]
    [InlineData("{ httpCookie: { name: a, path: \"/a\\nSet-Cookie: b\" } }", FindingCodes.BadConsistentHash, ".httpCookie.path")]
    [InlineData("{ httpCookie: { name: a, attributes: [ { name: b, value: 'c;d' } ] } }", FindingCodes.BadConsistentHash, ".httpCookie.attributes[0].value")]
    [InlineData("{ httpCookie: { name: a, attributes: [ { value: c } ] } }", FindingCodes.MissingField, ".httpCookie.attributes[0]")]
    [InlineData("{ httpCookie: { name: a, ttl: -1s } }", FindingCodes.BadDuration, ".httpCookie.ttl")]
    [InlineData("{ useSourceIp: true, ringHash: { minimumRingSize: 8388609 } }", FindingCodes.OutOfRange, ".ringHash.minimumRingSize")]
    [InlineData("{ useSourceIp: true, maglev: { tableSize: 100 } }", FindingCodes.BadConsistentHash, ".maglev.tableSize")]
    [InlineData("{ useSourceIp: true, maglev: { tableSize: 5000017 } }", FindingCodes.OutOfRange, ".maglev.tableSize")]
    [InlineData("{ useSourceIp: true, maglev: { tableSize: 1 } }", FindingCodes.OutOfRange, ".maglev.tableSize")]
    [InlineData("{ useSourceIp: true, maglev: {}, ringHash: {} }", FindingCodes.Conflict, ".maglev")]
    [InlineData("{ useSourceIp: true, maglev: {}, minimumRingSize: 1 }", FindingCodes.Conflict, ".minimumRingSize")]
    [InlineData("{ useSourceIp: true, nosuch: 1 }", FindingCodes.UnknownField, ".nosuch")]
    public void What_Istio_refuses_is_refused(string hash, string code, string below)
        => Loading.Refused(Loading.Destination($"trafficPolicy:\n  loadBalancer: {{ consistentHash: {hash} }}\n"), code, Path + below);

    [Fact]
    public void Table_that_is_no_prime_is_told_the_next_one()
        => Assert.Equal(
            "Write 101.", Loading.Refused(Hash("useSourceIp: true, maglev: { tableSize: 100 }"), FindingCodes.BadConsistentHash, $"{Path}.maglev.tableSize").Fix);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(int.MaxValue)]
    public void Balance_factor_is_read(int factor)
        => Assert.Equal(factor, Loading.FirstDestination(Extended(factor)).TrafficPolicy!.Extension!.LoadBalancer!.HashBalanceFactor);

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(-1)]
    public void Balance_factor_that_could_not_hold_is_refused(int factor)
        => Loading.Refused(Extended(factor), FindingCodes.OutOfRange, "x-mesh.trafficPolicy.loadBalancer.hashBalanceFactor");

    private static LoadedDocument Extended(int factor) => Loading.Yaml(
        $"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{ name: a }}\nspec: {{ host: a }}\nx-mesh: {{ trafficPolicy: {{ loadBalancer: {{ hashBalanceFactor: {factor} }} }} }}\n");

    private static LoadedDocument Hash(string fields) => Loading.Destination($"trafficPolicy:\n  loadBalancer: {{ consistentHash: {{ {fields} }} }}\n");

    private static LoadBalancerConfiguration Bind(string fields)
    {
        var document = Hash(fields.TrimEnd(',', ' '));
        Loading.Clean(document);
        return Bound(document);
    }

    private static LoadBalancerConfiguration Bound(LoadedDocument document) => Loading.FirstDestination(document).TrafficPolicy!.LoadBalancer!;
}
