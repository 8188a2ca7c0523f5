using CsCheck;
using Mesh.Client.Discovery.Dns;

namespace Mesh.Client.Tests.Discovery.Dns;

public sealed class ResolvConfTests
{
    [Fact]
    public void Parse_reads_search_and_ndots_and_passes_over_the_rest()
    {
        var parsed = ResolvConf.Parse("""
            # made by hand
            ; so is this
            nameserver 10.0.0.10
            search default.svc.cluster.local svc.cluster.local. # near
            options timeout:1 ndots:5 rotate
            sortlist 130.155.160.0
            """);

        Assert.Equal(["default.svc.cluster.local", "svc.cluster.local"], parsed.Search);
        Assert.Equal(5, parsed.Ndots);
    }

    [Theory]
    [InlineData("search a b\ndomain c", "c")]
    [InlineData("domain c\nsearch a b", "a b")]
    [InlineData("search a\nsearch b", "b")]
    [InlineData("search .", "")]
    [InlineData("", "")]
    public void Parse_takes_the_last_of_search_and_domain(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ResolvConf.Parse(text).Search));

    [Theory]
    [InlineData("options ndots:99", 15)]
    [InlineData("options ndots:x", 1)]
    [InlineData("options ndots:0", 0)]
    [InlineData("options ndots:2\noptions rotate", 2)]
    public void Parse_limits_ndots(string text, int expected) => Assert.Equal(expected, ResolvConf.Parse(text).Ndots);

    [Theory]
    [InlineData("reviews", "reviews.ns.svc. reviews.svc. reviews.")]
    [InlineData("a.b", "a.b. a.b.ns.svc. a.b.svc.")]
    [InlineData("a.b.", "a.b.")]
    public void Candidates_with_one_dot_needed(string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', new ResolvConf(["ns.svc", "svc"], 1).Candidates(name)));

    [Fact]
    public void Parse_takes_any_text() => Gen.String.Sample(text => ResolvConf.Parse(text).Candidates("a").Count > 0);

    [Fact]
    public void Hosts_take_any_text() => Gen.String.Sample(text => HostsFile.Parse(text).Find("a").Count >= 0);

    [Fact]
    public void Hosts_give_all_addresses_of_a_name_once()
    {
        var hosts = HostsFile.Parse("10.0.0.1\tPrinter p # ours\n10.0.0.1 printer\nfd00::1 printer\nbroken printer\n300.0.0.1 printer");

        Assert.Equal(["10.0.0.1", "fd00::1"], hosts.Find("printer").Select(address => address.ToString()));
        Assert.Single(hosts.Find("p."));
        Assert.Empty(hosts.Find("ours"));
    }
}
