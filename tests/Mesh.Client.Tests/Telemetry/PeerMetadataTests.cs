using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Tests.Telemetry;

public sealed class PeerMetadataTests
{
    [Fact]
    public void Baggage_without_a_workload_is_null() => Assert.Null(PeerMetadata.Of(new MeshConfiguration()).Baggage);

    [Fact]
    public void Baggage_speaks_the_keys_of_ambient() =>
        Assert.Equal(
            "k8s.namespace.name=shop,k8s.deployment.name=productpage-v1,service.name=productpage,service.version=v1,"
            + "app.name=productpage,app.version=v1,cloud.region=eu,cloud.availability_zone=eu-1",
            Baggage("productpage-v1", "eu/eu-1/a", ("app", "productpage"), ("version", "v1")));

    [Fact]
    public void Canonical_name_prefers_its_own_label_then_the_recommended_then_app() =>
        Assert.Equal(
            "k8s.namespace.name=shop,service.name=canon,service.version=r7,app.name=recommended,app.version=2.0",
            Baggage(
                null, null, ("service.istio.io/canonical-name", "canon"), ("service.istio.io/canonical-revision", "r7"),
                ("app.kubernetes.io/name", "recommended"), ("app.kubernetes.io/version", "2.0"), ("app", "old"), ("version", "v1")));

    [Fact]
    public void Canonical_name_without_labels_is_the_workload() =>
        Assert.Equal("k8s.namespace.name=shop,k8s.deployment.name=job,service.name=job", Baggage("job", null));

    [Fact]
    public void Values_are_escaped() =>
        Assert.Equal("k8s.namespace.name=shop,k8s.deployment.name=a%2Cb,service.name=a%2Cb,cloud.region=e%20u", Baggage("a,b", "e u"));

    [Fact]
    public void Of_builds_once_per_configuration()
    {
        var configuration = Configuration("w", null);
        Assert.Same(PeerMetadata.Of(configuration), PeerMetadata.Of(configuration));
        // Records are equal by value; the cache goes by reference, so that no request compares rules.
        Assert.NotSame(PeerMetadata.Of(configuration), PeerMetadata.Of(configuration with { }));
    }

    internal static MeshConfiguration Configuration(string? name, string? locality, params (string Key, string Value)[] labels) => new()
    {
        Namespace = "shop",
        Workload = new WorkloadConfiguration
        {
            Name = name,
            Locality = locality,
            Labels = labels.ToDictionary(label => label.Key, label => label.Value),
        },
    };

    private static string? Baggage(string? name, string? locality, params (string Key, string Value)[] labels) =>
        PeerMetadata.Of(Configuration(name, locality, labels)).Baggage;
}
