using Mesh.Client.Model;

namespace Mesh.Client.Tests;

public sealed class MeshEndpointTests
{
    [Theory]
    [InlineData("10.0.0.1:80", "10.0.0.1:80")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("[FD00::1]:80", "[fd00::1]:80")]
    [InlineData("fd00::1", "[fd00::1]")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("Pod-1.reviews:80", "pod-1.reviews:80")]
    [InlineData("unix:/run/reviews.sock", "unix:/run/reviews.sock")]
    public void Address_has_one_spelling_in_the_mesh(string written, string address)
        => Assert.Equal(address, Assert.Single(new MeshEndpoint(written).Compile(new LabelSets())).Address);

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1:0")]
    [InlineData("10.0.0.1:65536")]
    [InlineData("http://10.0.0.1")]
    [InlineData("a b")]
    [InlineData("unix:")]
    public void Address_that_is_none_is_refused(string address)
        => Assert.Equal("address", Assert.Throws<ArgumentException>(() => new MeshEndpoint(address)).ParamName);

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1:80")]
    [InlineData("fd00::1", "[fd00::1]:80")]
    [InlineData("[fd00::1]", "[fd00::1]:80")]
    [InlineData("pod-1", "pod-1:80")]
    public void Host_and_port_are_an_address(string host, string address) => Assert.Equal(address, new MeshEndpoint(host, 80).Address);

    [Theory]
    [InlineData("10.0.0.1:80", 80)]
    [InlineData("a b", 80)]
    [InlineData("unix:/a", 80)]
    [InlineData("a", 0)]
    [InlineData("a", 65536)]
    public void Host_and_port_that_are_none_are_refused(string host, int port) => Assert.ThrowsAny<ArgumentException>(() => new MeshEndpoint(host, port));

    [Fact]
    public void Ports_of_one_target_are_one_endpoint_and_go_before_that_of_the_address()
    {
        var endpoint = new MeshEndpoint("10.0.0.1:1") { Ports = new Dictionary<int, int> { [81] = 8080, [443] = 8443, [80] = 8080 } };

        Assert.Equal(
            [("10.0.0.1:8080", "80,81"), ("10.0.0.1:8443", "443")],
            endpoint.Compile(new LabelSets()).Select(compiled => (compiled.Address, string.Join(',', compiled.ServicePorts))));
    }

    [Theory]
    [InlineData("10.0.0.1", 0, 80)]
    [InlineData("10.0.0.1", 80, 65536)]
    [InlineData("unix:/a", 80, 80)]
    public void Ports_that_are_none_are_refused(string address, int port, int target)
        => Assert.Throws<ArgumentException>(() => new MeshEndpoint(address) { Ports = new Dictionary<int, int> { [port] = target } });

    [Theory]
    [InlineData("eu//a")]
    [InlineData("a/b/c/d")]
    [InlineData("*")]
    public void Locality_that_is_none_is_refused(string locality) => Assert.Throws<ArgumentException>(() => new MeshEndpoint("a") { Locality = locality });

    [Fact]
    public void Weight_of_nothing_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new MeshEndpoint("a") { Weight = 0 });

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void Priority_that_is_none_is_refused(int priority) => Assert.Throws<ArgumentOutOfRangeException>(() => new MeshEndpoint("a") { Priority = priority });

    /// <summary>So that an update among thousands compares references.</summary>
    [Fact]
    public void Same_object_compiles_to_the_same_object_and_equal_labels_are_shared()
    {
        var labels = new LabelSets();
        var one = new MeshEndpoint("10.0.0.1") { Labels = new Dictionary<string, string> { ["a"] = "b" } };
        var two = new MeshEndpoint("10.0.0.2") { Labels = new Dictionary<string, string> { ["a"] = "b" } };

        Assert.Same(one.Compile(labels)[0], one.Compile(labels)[0]);
        Assert.Same(one.Compile(labels)[0].Labels, two.Compile(labels)[0].Labels);
    }

    [Fact]
    public void Set_keeps_what_it_was_given()
    {
        var endpoints = new List<MeshEndpoint> { new("10.0.0.1") };
        var set = new MeshEndpointSet(endpoints);
        endpoints.Clear();

        Assert.Single(set.Endpoints);
        Assert.Throws<ArgumentException>(() => new MeshEndpointSet([null!]));
    }
}
