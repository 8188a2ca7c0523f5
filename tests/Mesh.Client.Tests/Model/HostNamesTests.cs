using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

public sealed class HostNamesTests
{
    [Theory]
    [InlineData("reviews", "reviews.prod.svc.cluster.local")]
    [InlineData("Reviews", "reviews.prod.svc.cluster.local")]
    [InlineData("reviews.prod", "reviews.prod")]
    [InlineData("api.example.com.", "api.example.com")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::1", "::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    public void Resolve_expands_names_without_a_dot_only(string host, string expected)
        => Assert.Equal(expected, HostNames.Resolve(host, "prod", "cluster.local"));

    [Theory]
    [InlineData("reviews.prod.svc.cluster.local", true)]
    [InlineData("a.b.prod.svc.cluster.local", false)]
    [InlineData("prod.svc.cluster.local", false)]
    [InlineData("*.prod.svc.cluster.local", false)]
    [InlineData("reviews.prod.svc.other.local", false)]
    [InlineData(".svc.cluster.local", false)]
    public void TrySplit_takes_apart_service_names_of_the_cluster_domain(string name, bool expected)
    {
        Assert.Equal(expected, HostNames.TrySplit(name, "cluster.local", out var service, out var @namespace));
        Assert.Equal(expected ? ("reviews", "prod") : ("", ""), (service, @namespace));
    }

    [Theory]
    [InlineData("a.b.com", ".b.com,.com")]
    [InlineData("com", "")]
    [InlineData("", "")]
    public void Suffixes_come_longest_first(string name, string expected)
        => Assert.Equal(expected, string.Join(',', HostNames.Suffixes(name)));
}
