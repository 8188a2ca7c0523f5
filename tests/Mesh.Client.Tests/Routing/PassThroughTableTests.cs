using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Tests.Routing;

public sealed class PassThroughTableTests
{
    private static readonly MeshSnapshot Snapshot = new()
    {
        Version = 1,
        Configuration = MeshConfiguration.Empty,
        Hosts = HostIndex.Empty,
        Wildcards = [],
        Clusters = [],
        PassThrough =
        [
            new(".example.com", [], null),
            new(".api.example.com", [new PortModel(443, "https", 443)], null),
            new(".v1.api.example.com", [], null),
            new("-test.example.org", [], null),
        ],
    };

    [Theory]
    [InlineData("http://a.example.com/", ".example.com")]
    [InlineData("http://a.b.example.com./", ".example.com")]
    [InlineData("https://A.API.example.com/", ".api.example.com")]
    [InlineData("https://x.v1.api.example.com/", ".v1.api.example.com")]
    [InlineData("https://v1.api.example.com/", ".api.example.com")]
    [InlineData("https://a-test.example.org/", "-test.example.org")]
    public void Find_takes_the_longest_wildcard(string uri, string suffix) => Assert.Equal(suffix, PassThroughTable.Find(Snapshot, new Uri(uri))?.Suffix);

    [Fact]
    public void Find_passes_over_a_wildcard_that_does_not_declare_the_port()
        => Assert.Equal(".example.com", PassThroughTable.Find(Snapshot, new Uri("http://a.api.example.com/"))?.Suffix);

    [Theory]
    [InlineData("http://example.com/")]
    [InlineData("http://aexample.com/")]
    [InlineData("http://com/")]
    [InlineData("http://-test.example.org/")]
    [InlineData("file:///a")]
    public void Find_gives_nothing_for_what_no_wildcard_covers(string uri) => Assert.Null(PassThroughTable.Find(Snapshot, new Uri(uri)));

    [Fact]
    public void Find_allocates_nothing()
    {
        var uri = new Uri("http://a.b.c.d.example.com/");
        Run(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                PassThroughTable.Find(Snapshot, uri);
                PassThroughTable.Find(MeshSnapshot.Empty, uri);
            }
        }
    }
}
