using Mesh.Client.Kubernetes.Services;

namespace Mesh.Client.Kubernetes.Tests.Services;

public sealed class ServiceHostTests
{
    [Theory]
    [InlineData("reviews", "own/reviews", false)]
    [InlineData("reviews.prod", "prod/reviews", false)]
    [InlineData("reviews.prod.svc", "prod/reviews", true)]
    [InlineData("reviews.prod.svc.cluster.local", "prod/reviews", true)]
    [InlineData("reviews.svc", "svc/reviews", false)]
    [InlineData("my-service-1.a1", "a1/my-service-1", false)]
    public void Forms_of_a_service_are_read(string host, string service, bool isCertain)
    {
        Assert.True(ServiceHost.TryParse(host, "own", "cluster.local", out var found));
        Assert.Equal(service, $"{found.Namespace}/{found.Name}");
        Assert.Equal(isCertain, found.IsCertain);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("api.example.com")]
    [InlineData("pod-0.reviews.prod.svc.cluster.local")]
    [InlineData("reviews.prod.svc.other.local")]
    [InlineData("reviews.svc.cluster.local")]
    [InlineData("-reviews.prod")]
    [InlineData("reviews-.prod")]
    [InlineData("re_views")]
    [InlineData("reviews..svc")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123.prod")]
    public void What_cannot_be_a_service_is_none(string host) => Assert.False(ServiceHost.TryParse(host, "own", "cluster.local", out _));

    [Fact]
    public void Reading_allocates_nothing()
    {
        ServiceHost.TryParse("reviews.prod.svc.cluster.local", "own", "cluster.local", out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            ServiceHost.TryParse("reviews.prod.svc.cluster.local", "own", "cluster.local", out _);
            ServiceHost.TryParse("api.example.com", "own", "cluster.local", out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
