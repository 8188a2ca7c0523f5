using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary>Which clusters a PeerAuthentication that asks for mutual TLS closes.</summary>
public sealed class SnapshotCompilerSecurityTests
{
    private static readonly (string, string) V1 = ("version", "v1");

    [Theory]
    [InlineData("istio-system/mesh", nameof(SecurityDemand.MutualTls), true)]
    [InlineData("default/all", nameof(SecurityDemand.MutualTls), true)]
    [InlineData("other/all", nameof(SecurityDemand.MutualTls), false)]
    [InlineData("istio-system/mesh", nameof(SecurityDemand.Plaintext), false)]
    [InlineData("default/all", nameof(SecurityDemand.Inherited), false)]
    [InlineData("default/all", nameof(SecurityDemand.Authorization), false)]
    public void Policy_without_selector_closes_its_namespace(string name, string demand, bool refuses)
    {
        var cluster = Cluster("reviews", Given.PeerAuthentication(name, Enum.Parse<SecurityDemand>(demand)));

        Assert.Equal(refuses, cluster.Policy.Refusal is not null);
    }

    [Fact]
    public void Refusal_names_the_policy()
        => Assert.StartsWith(
            "PeerAuthentication istio-system/mesh ",
            Cluster("reviews", Given.PeerAuthentication("istio-system/mesh", SecurityDemand.MutualTls)).Policy.Refusal,
            StringComparison.Ordinal);

    [Fact]
    public void Namespace_that_accepts_plaintext_goes_before_the_mesh()
        => Assert.Null(Cluster(
            "reviews",
            Given.PeerAuthentication("istio-system/mesh", SecurityDemand.MutualTls),
            Given.PeerAuthentication("default/all", SecurityDemand.Plaintext)).Policy.Refusal);

    [Fact]
    public void Of_several_policies_of_a_namespace_the_strict_one_counts()
        => Assert.NotNull(Cluster(
            "reviews",
            Given.PeerAuthentication("default/a", SecurityDemand.Plaintext),
            Given.PeerAuthentication("default/b", SecurityDemand.MutualTls),
            Given.PeerAuthentication("default/c", SecurityDemand.Plaintext)).Policy.Refusal);

    [Theory]
    [InlineData("default/v1", "v1", true)]
    [InlineData("default/v1", "v2", false)]
    [InlineData("default/v1", "v3", false)]
    [InlineData("default/v1", null, true)]
    [InlineData("istio-system/v1", "v1", true)]
    [InlineData("other/v1", "v1", false)]
    public void Selector_closes_the_clusters_with_such_endpoints(string name, string? subset, bool refuses)
    {
        // Nobody has v3, so no call of that subset could reach what the policy protects.
        var snapshot = Snapshot(
            Given.Service("reviews", [], Given.Endpoint("10.0.0.1:80", V1), Given.Endpoint("10.0.0.2:80", ("version", "v2"))),
            Given.PeerAuthentication(name, SecurityDemand.MutualTls, V1));

        Assert.Equal(refuses, Find(snapshot, subset).Policy.Refusal is not null);
    }

    [Fact]
    public void Selector_closes_endpoints_whose_labels_do_not_say()
        => Assert.NotNull(Find(
            Snapshot(Given.Service("reviews", [], Given.Endpoint("10.0.0.1:80", V1)), Given.PeerAuthentication("a", SecurityDemand.MutualTls, ("app", "reviews"))),
            null).Policy.Refusal);

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v2", false)]
    [InlineData(null, true)]
    public void Selector_closes_discovered_endpoints_unless_the_subset_rules_it_out(string? subset, bool refuses)
        => Assert.Equal(
            refuses,
            Find(Snapshot(Given.Service("reviews", 80), Given.PeerAuthentication("a", SecurityDemand.MutualTls, V1)), subset).Policy.Refusal is not null);

    [Fact]
    public void External_services_are_exempt()
        => Assert.Null(Find(
            Snapshot(Given.Service("reviews", 80) with { External = true }, Given.PeerAuthentication("istio-system/mesh", SecurityDemand.MutualTls)),
            null).Policy.Refusal);

    [Fact]
    public void Hosts_that_only_rules_name_are_closed_too()
    {
        var snapshot = Given.Snapshot(
            virtualServices: [Given.VirtualService("r", ["reviews"], Given.Route("reviews"))],
            securityPolicies: [Given.PeerAuthentication("a", SecurityDemand.MutualTls)]);

        Assert.NotNull(Given.ClustersOf(snapshot, "reviews")[0].Policy.Refusal);
    }

    private static ClusterModel Cluster(string service, params UnbuiltSecurityPolicy[] policies)
        => Find(Given.Snapshot([Given.Service(service, 80)], securityPolicies: policies), null);

    private static MeshSnapshot Snapshot(ServiceConfiguration service, UnbuiltSecurityPolicy policy)
        => Given.Snapshot(
            [service],
            destinationRules: [Given.DestinationRule("r", "reviews", Given.Subset("v1"), Given.Subset("v2"), Given.Subset("v3"))],
            securityPolicies: [policy]);

    private static ClusterModel Find(MeshSnapshot snapshot, string? subset) => snapshot.Clusters.Single(cluster => cluster.Key.Subset == subset);
}
