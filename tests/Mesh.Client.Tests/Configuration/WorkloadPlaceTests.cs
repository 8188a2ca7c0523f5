using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

public sealed class WorkloadPlaceTests
{
    [Fact]
    public void Written_locality_goes_before_everything() => Assert.Equal("eu/a", Complete("eu/a", [], ("MESH_LOCALITY", "us/x")));

    [Fact]
    public void Variable_goes_before_labels() => Assert.Equal("us/x", Complete(null, [("istio-locality", "eu.a")], ("MESH_LOCALITY", "us/x")));

    [Theory]
    [InlineData("topology.istio.io/locality")]
    [InlineData("istio-locality")]
    public void Label_of_Istio_has_dots_for_slashes(string label) => Assert.Equal("eu/a/1", Complete(null, [(label, "eu.a.1")]));

    [Fact]
    public void Topology_labels_of_a_pod_are_joined()
        => Assert.Equal("eu/a/1", Complete(null, [("topology.kubernetes.io/region", "eu"), ("topology.kubernetes.io/zone", "a"), ("topology.istio.io/subzone", "1")]));

    [Theory]
    [InlineData("TOPOLOGY")]
    [InlineData("NODE")]
    public void Variables_of_the_downward_api_are_joined(string prefix)
    {
        Assert.Equal("eu/a", Complete(null, [], ($"{prefix}_REGION", "eu"), ($"{prefix}_ZONE", "a")));
        Assert.Equal("eu", Complete(null, [], ($"{prefix}_REGION", "eu")));
        Assert.Null(Complete(null, [], ($"{prefix}_ZONE", "a")));
    }

    [Fact]
    public void Variable_that_is_no_locality_is_told_and_not_used()
    {
        var findings = new List<MeshFinding>();
        var workload = WorkloadPlace.Complete(new(), name => name == "MESH_LOCALITY" ? "eu//x" : name == "NODE_REGION" ? "us" : null, findings);

        Assert.Equal("us", workload.Locality);
        Assert.Equal((FindingCodes.BadLocality, MeshFindingSeverity.Warning, "MESH_LOCALITY", "eu//x"), (findings[0].Code, findings[0].Severity, findings[0].Path, findings[0].Value));
    }

    private static string? Complete(string? written, (string Name, string Value)[] labels, params (string Name, string Value)[] environment)
        => WorkloadPlace.Complete(
            new() { Locality = written, Labels = labels.ToDictionary(label => label.Name, label => label.Value) },
            name => environment.FirstOrDefault(variable => variable.Name == name).Value,
            []).Locality;
}
