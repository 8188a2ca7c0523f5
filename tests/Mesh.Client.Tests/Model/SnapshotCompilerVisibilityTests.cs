using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary><c>exportTo</c>, and which DestinationRule of which namespace applies.</summary>
public sealed class SnapshotCompilerVisibilityTests
{
    [Theory]
    [InlineData("default", "\".\"", true)]
    [InlineData("default", "\"*\"", true)]
    [InlineData("default", "\"~\"", false)]
    [InlineData("prod", "", true)]
    [InlineData("prod", "\"*\"", true)]
    [InlineData("prod", "\".\"", false)]
    [InlineData("prod", "\"~\"", false)]
    [InlineData("prod", "\"default\"", true)]
    [InlineData("prod", "\"test\"", false)]
    [InlineData("prod", "\"test\", \"default\"", true)]
    [InlineData("prod", "\"test\", \"*\"", true)]
    public void Compile_what_is_exported_here_is_seen(string @namespace, string exportTo, bool isSeen)
    {
        var snapshot = Compiled.Section($$"""
            { "ServiceEntries": { "{{@namespace}}/e": { "hosts": [ "entry.example" ], "exportTo": [ {{exportTo}} ] } },
              "VirtualServices": { "{{@namespace}}/v": { "hosts": [ "rule.example" ], "exportTo": [ {{exportTo}} ], "http": [ { "route": [ { "destination": { "host": "x" } } ] } ] } },
              "DestinationRules": { "{{@namespace}}/d": { "host": "policy.example", "exportTo": [ {{exportTo}} ] } } }
            """);

        Assert.Equal([isSeen, isSeen], new[] { "entry.example", "rule.example" }.Select(snapshot.Hosts.ContainsKey));
    }

    [Fact]
    public void Compile_an_older_rule_that_is_not_exported_here_takes_no_host()
    {
        var snapshot = Compiled.Section("""
            { "VirtualServices": {
              "prod/v": { "metadata": { "creationTimestamp": "2026-01-01T00:00:00Z" }, "hosts": [ "a.example" ], "exportTo": [ "." ], "http": [ { "route": [ { "destination": { "host": "x" } } ] } ] },
              "v": { "metadata": { "creationTimestamp": "2026-01-02T00:00:00Z" }, "hosts": [ "a.example" ], "http": [ { "route": [ { "destination": { "host": "y" } } ] } ] } } }
            """);

        Assert.Equal("VirtualService default/v", snapshot.Hosts["a.example"].VirtualService!.Resource);
    }

    [Fact]
    public void Gotcha_02_a_rule_of_a_third_namespace_applies_to_everybody()
    {
        var snapshot = Compiled.Section("""
            { "Services": { "prod/reviews": {} },
              "VirtualServices": { "third/v": { "hosts": [ "reviews.prod.svc.cluster.local" ], "http": [ { "route": [ { "destination": { "host": "x" } } ] } ] } } }
            """);

        Assert.Equal("VirtualService third/v", snapshot.Hosts["reviews.prod"].VirtualService!.Resource);
    }

    [Theory]
    [InlineData("default prod istio-system", "default")]
    [InlineData("prod istio-system", "prod")]
    [InlineData("istio-system third", "istio-system")]
    [InlineData("third", null)]
    public void Gotcha_27_the_first_namespace_that_has_a_destination_rule_is_taken_alone(string namespaces, string? expected)
        => Assert.Equal(expected, SubsetOf(Rules(namespaces.Split(' ').Select(name => $"\"{name}/d\": {{ {Host}, {Subset(name)} }}"))));

    [Fact]
    public void Compile_the_root_namespace_is_the_one_that_is_set()
        => Assert.Equal("mesh-root", SubsetOf(Rules(["\"mesh-root/d\": { " + Host + ", " + Subset("mesh-root") + " }", "\"istio-system/d\": { " + Host + ", " + Subset("other") + " }"],
            settings: "\"RootNamespace\": \"mesh-root\",")));

    [Theory]
    [InlineData("prod")]
    [InlineData("istio-system")]
    public void Compile_a_destination_rule_of_another_namespace_counts_only_where_it_is_exported(string @namespace)
        => Assert.Null(SubsetOf(Rules([$"\"{@namespace}/d\": {{ {Host}, \"exportTo\": [ \".\" ], {Subset("a")} }}"])));

    [Theory]
    [InlineData("", "a")]
    [InlineData("\".\"", "a")]
    [InlineData("\"*\"", "a")]
    [InlineData("\"prod\", \"default\"", "a")]
    [InlineData("\"prod\"", null)]
    [InlineData("\"~\"", null)]
    public void Compile_a_destination_rule_of_the_own_namespace_counts_where_it_is_exported_there(string exportTo, string? expected)
        => Assert.Equal(expected, SubsetOf(Rules([$"\"d\": {{ {Host}, \"exportTo\": [ {exportTo} ], {Subset("a")} }}"])));

    [Theory]
    [InlineData("default", "\".\"", "\".\"", "one two")]
    [InlineData("default", "\"a\", \"default\"", "\"default\", \"a\"", "one two")]
    [InlineData("default", "\".\"", "\"*\"", "two")]
    [InlineData("default", "", "\"*\"", "two")]
    [InlineData("default", "\".\"", "\"prod\"", "one")]
    [InlineData("prod", "\"default\"", "\"default\", \"third\"", "two")]
    [InlineData("prod", "\"default\"", "\"third\"", "one")]
    public void Compile_rules_add_up_with_those_of_the_same_exportTo_and_the_youngest_of_others_is_used(string @namespace, string older, string younger, string expected)
        => Assert.Equal(expected, string.Join(' ', SubsetsOf(Rules(
            [$"\"{@namespace}/a\": {{ {Host}, \"exportTo\": [ {older} ], {Subset("one")} }}", $"\"{@namespace}/b\": {{ {Host}, \"exportTo\": [ {younger} ], {Subset("two")} }}"]))));

    [Fact]
    public void Compile_a_rule_that_adds_to_an_older_group_does_not_bring_it_back()
        => Assert.Equal(["two"], SubsetsOf(Rules(
            [
                $"\"a\": {{ {Host}, \"exportTo\": [ \".\" ], {Subset("one")} }}", $"\"b\": {{ {Host}, {Subset("two")} }}",
                $"\"c\": {{ {Host}, \"exportTo\": [ \".\" ], {Subset("three")} }}",
            ])));

    [Theory]
    [InlineData("\"app\": \"web\"", "selected")]
    [InlineData("\"app\": \"web\", \"version\": \"v1\"", "selected")]
    [InlineData("\"app\": \"other\"", "all")]
    [InlineData("", "all")]
    public void Compile_a_rule_for_selected_workloads_goes_before_the_one_for_all(string labels, string expected)
        => Assert.Equal(expected, SubsetOf(Rules(
            [$"\"a\": {{ {Host}, {Subset("all")} }}", $"\"b\": {{ {Host}, {Selector}, {Subset("selected")} }}"], labels)));

    [Fact]
    public void Compile_a_selector_of_another_namespace_selects_nobody_here()
        => Assert.Null(SubsetOf(Rules([$"\"prod/d\": {{ {Host}, {Selector}, {Subset("selected")} }}"], "\"app\": \"web\"")));

    [Fact]
    public void Compile_rules_with_the_same_selector_add_up_and_others_do_not()
    {
        var names = SubsetsOf(Rules(
            [
                $"\"a\": {{ {Host}, {Selector}, {Subset("one")} }}", $"\"b\": {{ {Host}, {Selector}, {Subset("two")} }}",
                $"\"c\": {{ {Host}, \"workloadSelector\": {{ \"matchLabels\": {{ \"version\": \"v1\" }} }}, {Subset("three")} }}", $"\"d\": {{ {Host}, {Subset("all")} }}",
            ],
            "\"app\": \"web\", \"version\": \"v1\""));

        Assert.Equal(["one", "two"], names);
    }

    private const string Host = "\"host\": \"reviews.prod.svc.cluster.local\"";

    private const string Selector = "\"workloadSelector\": { \"matchLabels\": { \"app\": \"web\" } }";

    private static string Subset(string name) => $"\"subsets\": [ {{ \"name\": \"{name}\", \"labels\": {{ \"a\": \"b\" }} }} ]";

    private static MeshSnapshot Rules(IEnumerable<string> rules, string labels = "", string settings = "") => Compiled.Section($$"""
        { {{settings}} "Workload": { "Labels": { {{labels}} } }, "Services": { "prod/reviews": {} }, "DestinationRules": { {{string.Join(", ", rules)}} } }
        """);

    private static string? SubsetOf(MeshSnapshot snapshot) => SubsetsOf(snapshot).SingleOrDefault();

    private static string[] SubsetsOf(MeshSnapshot snapshot)
        => [.. snapshot.Clusters.Where(cluster => cluster.Service.ShortName == "reviews").Select(cluster => cluster.Key.Subset).OfType<string>()];
}
