using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

public sealed class SnapshotCompilerSidecarTests
{
    private static readonly string[] All = ["reviews", "ratings.prod", "api.example", "rule.example", "policy.example"];

    [Theory]
    [InlineData("\"*/*\"", "reviews ratings.prod api.example rule.example policy.example")]
    [InlineData("\"./*\"", "reviews rule.example policy.example")]
    [InlineData("\"prod/*\"", "ratings.prod api.example")]
    [InlineData("\"~/*\"", "")]
    [InlineData("\"./reviews.default.svc.cluster.local\"", "reviews")]
    [InlineData("\"./reviews\"", "reviews")]
    [InlineData("\"prod/reviews.default.svc.cluster.local\"", "")]
    [InlineData("\"*/*.example\"", "api.example rule.example policy.example")]
    [InlineData("\"*/api.example\", \"./reviews\"", "reviews api.example")]
    [InlineData("\"*/*\", \"~prod/*\"", "reviews rule.example policy.example")]
    [InlineData("\"*/*\", \"~*/rule.example\"", "reviews ratings.prod api.example policy.example")]
    public void Compile_hosts_that_the_sidecar_does_not_show_are_unknown(string hosts, string seen)
    {
        var snapshot = Compile($$""" "Sidecars": { "s": { "egress": [ { "hosts": [ {{hosts}} ] } ] } } """);

        Assert.Equal(seen, string.Join(' ', All.Where(snapshot.Hosts.ContainsKey)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"Sidecars\": { \"s\": {} }")]
    [InlineData("\"Sidecars\": { \"s\": { \"egress\": [] } }")]
    [InlineData("\"Sidecars\": { \"prod/s\": { \"egress\": [ { \"hosts\": [ \"~/*\" ] } ] } }")]
    [InlineData("\"Sidecars\": { \"s\": { \"workloadSelector\": { \"labels\": { \"app\": \"other\" } }, \"egress\": [ { \"hosts\": [ \"~/*\" ] } ] } }")]
    [InlineData("\"Sidecars\": { \"istio-system/s\": { \"workloadSelector\": { \"labels\": { \"app\": \"web\" } }, \"egress\": [ { \"hosts\": [ \"~/*\" ] } ] } }")]
    public void Compile_without_a_sidecar_that_says_otherwise_everything_is_seen(string sidecars)
        => Assert.All(All, host => Assert.True(Compile(sidecars).Hosts.ContainsKey(host)));

    [Theory]
    [InlineData("selecting all root", "reviews")]
    [InlineData("all root", "rule.example")]
    [InlineData("root", "api.example")]
    public void Compile_the_sidecar_that_selects_goes_before_the_one_for_all_and_that_before_the_root_namespace(string present, string seen)
    {
        var sidecars = new Dictionary<string, string>
        {
            ["selecting"] = """ "a": { "workloadSelector": { "labels": { "app": "web" } }, "egress": [ { "hosts": [ "*/reviews.default.svc.cluster.local" ] } ] } """,
            ["all"] = """ "b": { "egress": [ { "hosts": [ "*/rule.example" ] } ] } """,
            ["root"] = """ "istio-system/c": { "egress": [ { "hosts": [ "*/api.example" ] } ] } """,
        };

        var snapshot = Compile($$""" "Sidecars": { {{string.Join(", ", present.Split(' ').Select(name => sidecars[name]))}} } """);

        Assert.Equal([seen], All.Where(snapshot.Hosts.ContainsKey));
    }

    [Fact]
    public void Compile_of_two_sidecars_for_all_the_older_holds()
    {
        var snapshot = Compile("""
            "Sidecars": { "a": { "metadata": { "creationTimestamp": "2026-01-02T00:00:00Z" }, "egress": [ { "hosts": [ "~/*" ] } ] },
                          "b": { "metadata": { "creationTimestamp": "2026-01-01T00:00:00Z" }, "egress": [ { "hosts": [ "./reviews" ] } ] } }
            """);

        Assert.Equal(["reviews"], All.Where(snapshot.Hosts.ContainsKey));
    }

    [Fact]
    public void Compile_in_a_sidecar_of_the_root_namespace_the_dot_is_the_namespace_of_this_process()
        => Assert.True(Compile(""" "Sidecars": { "istio-system/s": { "egress": [ { "hosts": [ "./*" ] } ] } } """).Hosts.ContainsKey("reviews"));

    [Fact]
    public void Compile_a_rule_is_imported_with_all_of_its_hosts()
    {
        var snapshot = Compile("""
            "Sidecars": { "s": { "egress": [ { "hosts": [ "./one.example" ] } ] } }
            """, """ "v": { "hosts": [ "one.example", "two.example" ], "http": [ { "route": [ { "destination": { "host": "x" } } ] } ] } """);

        Assert.True(snapshot.Hosts.ContainsKey("two.example"));
    }

    [Fact]
    public void Compile_a_rule_for_a_wildcard_is_imported_for_one_name_below_it()
    {
        var snapshot = Compile("""
            "Sidecars": { "s": { "egress": [ { "hosts": [ "*/explicit.example.org" ] } ] } }
            """, """ "v": { "hosts": [ "*.example.org" ], "http": [ { "route": [ { "destination": { "host": "x" } } ] } ] } """);

        Assert.Equal(".example.org", Assert.Single(snapshot.Wildcards).Suffix);
    }

    [Fact]
    public void Compile_a_hidden_rule_takes_no_host_from_a_seen_one()
    {
        var snapshot = Compile("""
            "Sidecars": { "s": { "egress": [ { "hosts": [ "./*" ] } ] } }
            """, """ "prod/a": { "hosts": [ "reviews.default.svc.cluster.local" ], "http": [ { "route": [ { "destination": { "host": "x" } } ] } ] } """);

        Assert.Null(snapshot.Hosts["reviews"].VirtualService);
    }

    [Fact]
    public void Compile_what_a_seen_rule_leads_to_is_seen_with_it()
    {
        var snapshot = Compile("""
            "Sidecars": { "s": { "egress": [ { "hosts": [ "./one.example" ] } ] } }
            """, """ "v": { "hosts": [ "one.example" ], "http": [ { "route": [ { "destination": { "host": "ratings.prod.svc.cluster.local" } } ] } ] } """);

        Assert.True(snapshot.Hosts.ContainsKey("ratings.prod"));
        Assert.False(snapshot.Hosts.ContainsKey("reviews"));
    }

    [Theory]
    [InlineData("ALLOW_ANY", "{ \"mode\": \"REGISTRY_ONLY\" }", false)]
    [InlineData("REGISTRY_ONLY", "{ \"mode\": \"ALLOW_ANY\" }", true)]
    [InlineData("ALLOW_ANY", "{}", false)]
    [InlineData("REGISTRY_ONLY", null, false)]
    public void Compile_the_sidecars_outbound_policy_goes_before_that_of_the_mesh(string mesh, string? sidecar, bool allowsAny)
    {
        var policy = sidecar is null ? "" : $"\"outboundTrafficPolicy\": {sidecar}";

        Assert.Equal(allowsAny ? OutboundTrafficPolicyMode.AllowAny : OutboundTrafficPolicyMode.RegistryOnly, Compile($$""" "OutboundTrafficPolicy": { "Mode": "{{mesh}}" }, "Sidecars": { "s": { {{policy}} } } """).OutboundTrafficPolicy);
    }

    [Fact]
    public void Compile_a_wildcard_entry_that_is_hidden_lets_nothing_pass()
        => Assert.Empty(Compiled.Section("""
            { "ServiceEntries": { "prod/e": { "hosts": [ "*.example" ] } }, "Sidecars": { "s": { "egress": [ { "hosts": [ "./*" ] } ] } } }
            """).PassThrough);

    [Theory]
    [InlineData("./*", false)]
    [InlineData("prod/*", true)]
    public void Compile_a_name_below_a_wildcard_is_of_its_entry_only_where_that_is_seen(string egress, bool isSeen)
    {
        var snapshot = Compiled.Section($$"""
            { "ServiceEntries": { "prod/e": { "hosts": [ "*.example" ], "ports": [ { "number": 8080, "name": "p8080" } ] } },
              "Sidecars": { "s": { "egress": [ { "hosts": [ "{{egress}}", "./shop" ] } ] } },
              "VirtualServices": { "v": { "hosts": [ "shop" ], "http": [ { "route": [ { "destination": { "host": "a.example" } } ] } ] } } }
            """);

        Assert.Equal(isSeen ? "outbound|8080||a.example" : "outbound|0||a.example", Assert.Single(Given.ClustersOf(snapshot, "shop")).Key.ToString());
    }

    [Fact]
    public void Compile_a_hidden_declaration_takes_no_host_from_a_seen_one()
    {
        var snapshot = Compiled.Section("""
            { "ServiceEntries": {
                "e": { "hosts": [ "a.example", "*.b.example" ], "ports": [ { "number": 80, "name": "p80" } ] },
                "prod/e": { "hosts": [ "a.example", "*.b.example" ], "ports": [ { "number": 81, "name": "p81" } ] } },
              "Sidecars": { "s": { "egress": [ { "hosts": [ "prod/*" ] } ] } } }
            """);

        Assert.Equal(81, Assert.Single(snapshot.Hosts["a.example"].Ports).Number);
        Assert.Equal(81, Assert.Single(Assert.Single(snapshot.PassThrough).Ports).Number);
    }

    private static MeshSnapshot Compile(string settings, string rules = "") => Compiled.Section($$"""
        { {{(settings.Length == 0 ? "" : settings + ",")}} "Workload": { "Labels": { "app": "web" } },
          "Services": { "reviews": {}, "prod/ratings": {} },
          "ServiceEntries": { "prod/api": { "hosts": [ "api.example" ] } },
          "VirtualServices": { "rule": { "hosts": [ "rule.example" ], "http": [ { "route": [ { "destination": { "host": "nowhere" } } ] } ] }{{(rules.Length == 0 ? "" : ", " + rules)}} },
          "DestinationRules": { "policy": { "host": "policy.example" } } }
        """);
}
