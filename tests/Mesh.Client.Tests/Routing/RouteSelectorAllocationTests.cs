using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Routing;

public sealed class RouteSelectorAllocationTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(1_000)]
    public void Finding_a_route_allocates_nothing(int rules)
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080)],
            [Given.VirtualService("reviews", ["reviews"], [.. Enumerable.Range(0, rules).Select(Rule), Weighted()])]);
        var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/reviews/17?full=true") { Content = new StringContent("{}") };
        request.Headers.Add("end-user", "jason");
        request.Headers.Add("x-request-id", "7");

        AssertNoAllocation(snapshot, request);
    }

    [Theory]
    [InlineData("http://x.y.wild.test:81/")]
    [InlineData("http://plain.default.svc.cluster.local./")]
    [InlineData("https+http://_admin.named/")]
    public void Finding_a_host_allocates_nothing(string uri)
    {
        var snapshot = Given.Snapshot(
            [Given.Service("plain", 9080), Given.Service("named", [Given.Port(1, "http"), Given.Port(2, "admin")])],
            [Given.VirtualService("wild", ["*.wild.test", "*.test"], Given.Route("plain"))]);

        AssertNoAllocation(snapshot, new(HttpMethod.Get, uri));
    }

    private static void AssertNoAllocation(MeshSnapshot snapshot, HttpRequestMessage request)
    {
        var random = MeshRandom.Seeded(1);
        var clusters = 0;
        Run(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(1_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(1_100, clusters);
        Assert.Equal(0, allocated);

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                clusters += HostTable.TryFind(snapshot, request.RequestUri!, out var host)
                    && RouteSelector.Select(host, request, random).Cluster is not null ? 1 : 0;
            }
        }
    }

    /// <summary>One of each kind of condition in turn, none of which holds.</summary>
    private static HttpRouteConfiguration Rule(int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return Given.Route(
            [(number % 6) switch
            {
                0 => Given.Match(Given.Exact($"/reviews/17/{text}")),
                1 => Given.Match(Given.Prefix($"/reviews/{text}/")),
                2 => Given.Match(headers: ("end-user", Given.Exact($"jason{text}"))),
                3 => Given.Match(authority: Given.Exact($"reviews:{text}")),
                4 => Given.Match(Given.Exact($"/REVIEWS/{text}"), Given.Exact("PUT"), ignoreUriCase: true),
                _ => Given.Match(headers: [("content-type", Given.Prefix("text/html")), (":path", Given.Exact(text))]),
            }],
            Given.To("reviews"));
    }

    private static HttpRouteConfiguration Weighted()
        => Given.Route([Given.Match(Given.Prefix("/reviews"))], Given.To("reviews", weight: 1), Given.To("reviews", weight: 1, port: 9080));
}
