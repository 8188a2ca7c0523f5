using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

/// <summary>Which workloads a policy that cannot be enforced closes to requests.</summary>
public sealed class UnbuiltSecurityTests
{
    [Theory]
    [InlineData("default", "", true)]
    [InlineData("istio-system", "", true)]
    [InlineData("other", "", false)]
    [InlineData("default", "app=reviews", true)]
    [InlineData("istio-system", "app=reviews", true)]
    [InlineData("default", "app=reviews,version=v1", true)]
    [InlineData("default", "app=ratings", false)]
    [InlineData("default", "tier=front", false)]
    public void Incoming_a_policy_applies_to_the_workloads_it_selects(string @namespace, string selector, bool refuses)
    {
        foreach (var demand in new[] { SecurityDemand.Authorization, SecurityDemand.CheckedTokens, SecurityDemand.MutualTls })
        {
            var refusal = Refusal("app=reviews,version=v1", Policy(@namespace, demand, selector));
            Assert.Equal(refuses, refusal is not null);
        }
    }

    [Fact]
    public void Incoming_a_workload_without_labels_may_be_the_one_that_is_meant()
        => Assert.Contains("Mesh:Workload:Labels", Refusal("", Policy("default", SecurityDemand.Authorization, "app=ratings")), StringComparison.Ordinal);

    [Fact]
    public void Incoming_a_policy_that_accepts_plaintext_closes_nothing()
        => Assert.Null(Refusal("app=reviews", Policy("default", SecurityDemand.Plaintext, ""), Policy("default", SecurityDemand.Inherited, "app=reviews")));

    [Fact]
    public void Incoming_a_namespace_that_accepts_plaintext_is_not_closed_by_the_mesh()
        => Assert.Null(Refusal("app=reviews", Policy("istio-system", SecurityDemand.MutualTls, ""), Policy("default", SecurityDemand.Plaintext, "")));

    [Fact]
    public void Incoming_a_namespace_that_says_nothing_is_closed_by_the_mesh()
        => Assert.NotNull(Refusal("app=reviews", Policy("istio-system", SecurityDemand.MutualTls, ""), Policy("default", SecurityDemand.Inherited, "")));

    [Fact]
    public void Incoming_the_reason_names_the_policy()
        => Assert.StartsWith("Kind default/a ", Refusal("app=reviews", Policy("default", SecurityDemand.Authorization, "")), StringComparison.Ordinal);

    private static string? Refusal(string labels, params UnbuiltSecurityPolicy[] policies) => UnbuiltSecurity.IncomingRefusal(new()
    {
        Workload = new() { Labels = Labels(labels) },
        UnbuiltSecurityPolicies = policies,
    });

    private static UnbuiltSecurityPolicy Policy(string @namespace, SecurityDemand demand, string selector) => new()
    {
        Node = ConfigurationNode.Root("", PathStyle.Colons, NodeKind.Mapping, null, SourcePosition.None),
        Metadata = new() { Kind = "Kind", Name = "a", Namespace = @namespace },
        Demand = demand,
        Selector = Labels(selector),
    };

    private static Dictionary<string, string> Labels(string text) => text
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(label => label.Split('='))
        .ToDictionary(label => label[0], label => label[1]);
}
