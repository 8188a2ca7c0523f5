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

    [Theory]
    [InlineData("_http._tcp.reviews", "_http._tcp.reviews.ns.svc. _http._tcp.reviews.svc. _http._tcp.reviews.")]
    [InlineData("_http._tcp.reviews.shop", "_http._tcp.reviews.shop. _http._tcp.reviews.shop.ns.svc. _http._tcp.reviews.shop.svc.")]
    [InlineData("_only", "_only.ns.svc. _only.svc. _only.")]
    public void Candidates_count_no_dots_of_port_and_protocol(string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', new ResolvConf(["ns.svc", "svc"], 1).Candidates(name)));

    [Fact]
    public void Candidates_without_queries_of_the_top_level_leave_short_names_to_the_search_list()
    {
        var resolvConf = ResolvConf.Parse("search svc\noptions no-tld-query");

        Assert.Equal(["a.svc."], resolvConf.Candidates("a"));
        Assert.Equal(["a.b.", "a.b.svc."], resolvConf.Candidates("a.b"));
    }

    [Fact]
    public void Parse_reads_whom_to_ask_and_how()
    {
        var parsed = ResolvConf.Parse("""
            nameserver 10.0.0.10
            nameserver fd00::10
            nameserver dns.example
            nameserver 10.0.0.11
            nameserver 10.0.0.12
            options timeout:3 attempts:4 rotate use-vc no-aaaa
            """);

        Assert.Equal(["10.0.0.10", "fd00::10", "10.0.0.11"], parsed.NameServers.Select(server => server.ToString()));
        Assert.Equal((TimeSpan.FromSeconds(3), 4, true, true, true), (parsed.Timeout, parsed.Attempts, parsed.Rotates, parsed.UsesConnections, parsed.SkipsV6));
    }

    [Theory]
    [InlineData("options timeout:99 attempts:99", 30, 5)]
    [InlineData("options timeout:0 attempts:0", 1, 1)]
    [InlineData("options timeout:x attempts:-1", null, null)]
    public void Parse_limits_timeout_and_attempts(string text, int? timeout, int? attempts)
    {
        var parsed = ResolvConf.Parse(text);

        Assert.Equal((timeout, attempts), ((int?)parsed.Timeout?.TotalSeconds, parsed.Attempts));
    }

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
