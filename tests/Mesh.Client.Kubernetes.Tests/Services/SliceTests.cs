using System.Text;
using System.Text.Json;
using Mesh.Client.Kubernetes.Services;

namespace Mesh.Client.Kubernetes.Tests.Services;

public sealed class SliceTests
{
    [Theory]
    [InlineData("", MemberCondition.Ready)]
    [InlineData(""" "conditions": {} """, MemberCondition.Ready)]
    [InlineData(""" "conditions": null """, MemberCondition.Ready)]
    [InlineData(""" "conditions": { "ready": null, "terminating": false } """, MemberCondition.Ready)]
    [InlineData(""" "conditions": { "ready": false, "serving": false } """, MemberCondition.NotReady)]
    [InlineData(""" "conditions": { "ready": false, "serving": true, "terminating": true } """, MemberCondition.Draining)]
    [InlineData(""" "conditions": { "ready": false, "serving": false, "terminating": true } """, MemberCondition.Terminated)]
    [InlineData(""" "conditions": { "ready": false, "terminating": true } """, MemberCondition.Terminated)]
    [InlineData(""" "conditions": { "terminating": true } """, MemberCondition.Draining)]
    // Of a service that publishes addresses which are not ready, terminating pods are ready too.
    [InlineData(""" "conditions": { "ready": true, "serving": true, "terminating": true } """, MemberCondition.Draining)]
    public void Condition_is_what_nothing_said_means(string conditions, object condition)
        => Assert.Equal(condition, Assert.Single(Parse("IPv4", With(conditions)).Members).Condition);

    [Fact]
    public void Only_pods_have_labels_to_be_looked_for()
    {
        var slice = Parse(
            "IPv4",
            """{ "addresses": [ "10.0.0.1" ], "targetRef": { "kind": "Pod", "name": "a" }, "nodeName": "n", "zone": "z" }""",
            """{ "addresses": [ "10.0.0.2" ], "targetRef": { "kind": "Node", "name": "b" } }""",
            """{ "addresses": [ "10.0.0.3" ] }""");

        Assert.Equal(["a", null, null], slice.Members.Select(member => member.Pod));
        Assert.Equal(("n", "z"), (slice.Members[0].Node, slice.Members[0].Zone));
    }

    [Theory]
    [InlineData("{ }", null, null)]
    [InlineData("null", null, null)]
    [InlineData("""{ "forZones": [], "forNodes": null }""", null, null)]
    [InlineData("""{ "forZones": [ { "name": "a" } ] }""", "a", null)]
    [InlineData("""{ "forZones": [ { "name": "b" }, { "name": "a" }, null, { "name": "" }, { "name": "b" } ], "forNodes": [ { "name": "n.example" } ] }""", "a b", "n.example")]
    public void Hints_are_names_whatever_their_order(string hints, string? zones, string? nodes)
    {
        var member = Assert.Single(Parse("IPv4", $$"""{ "addresses": [ "10.0.0.1" ], "hints": {{hints}} }""").Members);

        Assert.Equal((zones, nodes), (member.ForZones, member.ForNodes));
    }

    [Fact]
    public void First_address_is_dialled_and_the_better_condition_of_one_that_is_told_twice_counts()
    {
        var slice = Parse(
            "IPv4",
            """{ "addresses": [ "10.0.0.1", "10.0.0.2" ], "conditions": { "ready": false } }""",
            """{ "addresses": [ "10.0.0.1" ] }""",
            """{ "addresses": [ "10.0.0.1" ], "conditions": { "ready": false } }""");

        Assert.Equal(("10.0.0.1", MemberCondition.Ready), (Assert.Single(slice.Members).Address, slice.Members[0].Condition));
    }

    [Theory]
    [InlineData("FQDN", "api.example.com", 0)]
    [InlineData("IPv7", "10.0.0.1", 0)]
    [InlineData("IPv4", "10.0.0", 0)]
    [InlineData("IPv4", "0x7f.0.0.1", 0)]
    [InlineData("IPv6", "[fd00::1]", 0)]
    [InlineData("IPv4", "api.example.com", 0)]
    [InlineData("IPv6", "fd00::1", 1)]
    public void Addresses_that_are_none_are_left_out(string type, string address, int members)
        => Assert.Equal(members, Parse(type, $$"""{ "addresses": [ "{{address}}" ] }""").Members.Length);

    [Theory]
    [InlineData("""{ "addressType": "IPv4" }""")]
    [InlineData("""{ "addressType": "IPv4", "endpoints": null, "ports": null }""")]
    [InlineData("""{ "addressType": "IPv4", "endpoints": [ { "addresses": [] }, { } ] }""")]
    [InlineData("{}")]
    public void Slice_without_endpoints_has_none(string json) => Assert.Empty(Slice.Parse(Encoding.UTF8.GetBytes(json)).Members);

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{ "endpoints": { } }""")]
    [InlineData("""{ "endpoints": [ { "addresses": "10.0.0.1" } ] }""")]
    public void What_is_no_slice_is_refused(string json)
        => Assert.ThrowsAny<JsonException>(() => Slice.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Ports_are_those_of_tcp()
    {
        var slice = Slice.Parse("""{ "ports": [ { "name": "a", "port": 1 }, { "name": "b", "port": 2, "protocol": "UDP" }, { "name": "c", "protocol": "TCP" } ] }"""u8);

        Assert.Equal([new SlicePort("a", 1, null), new SlicePort("c", null, "TCP")], slice.Ports);
    }

    [Fact]
    public void Keep_of_an_earlier_version_has_its_objects_for_what_says_the_same()
    {
        string[] endpoints = [.. Enumerable.Range(1, 9).Select(number => $$"""{ "addresses": [ "10.0.0.{{number}}" ], "nodeName": "n{{number}}" }""")];
        var before = Parse("IPv4", endpoints);
        var draining = """{ "addresses": [ "10.0.0.5" ], "nodeName": "n5", "conditions": { "ready": false, "serving": true, "terminating": true } }""";
        var after = Parse("IPv4", [endpoints[0], endpoints[2], draining, endpoints[3], """{ "addresses": [ "10.0.0.10" ] }""", .. endpoints[5..]]);
        var kept = after.Keep(before);

        Assert.Equal(after.Members, kept.Members);
        Assert.Same(before.Terms, kept.Terms);
        Assert.Equal(
            ["10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.6", "10.0.0.7", "10.0.0.8", "10.0.0.9"],
            kept.Members.Intersect(before.Members, ReferenceEqualityComparer.Instance).Cast<SliceMember>().Select(member => member.Address));
        Assert.DoesNotContain(after.Members, member => before.Members.Contains(member, ReferenceEqualityComparer.Instance));
    }

    private static string With(string conditions) => $$"""{ "addresses": [ "10.0.0.1" ]{{(conditions.Length == 0 ? "" : ",")}} {{conditions}} }""";

    private static Slice Parse(string type, params string[] endpoints)
        => Slice.Parse(Encoding.UTF8.GetBytes($$"""{ "addressType": "{{type}}", "endpoints": [ {{string.Join(", ", endpoints)}} ] }"""));
}
