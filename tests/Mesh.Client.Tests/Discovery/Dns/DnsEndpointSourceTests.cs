using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Discovery.Dns;

namespace Mesh.Client.Tests.Discovery.Dns;

public sealed class DnsEndpointSourceTests : IDisposable
{
    private readonly LoopbackDnsServer _server = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-dns").FullName;

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Resolve_with_both_families_gives_sorted_distinct_addresses_and_the_time_to_live()
    {
        _server.Addresses("reviews", 30, "10.0.0.2", "10.0.0.1", "10.0.0.2", "fd00::1");
        var answer = await ResolveAsync("reviews");

        Assert.Equal(["10.0.0.1", "10.0.0.2", "[fd00::1]"], answer.Endpoints.Select(endpoint => endpoint.Address));
        Assert.All(answer.Endpoints, endpoint => Assert.Equal(0, endpoint.Port));
        Assert.Equal(TimeSpan.FromSeconds(30), answer.ValidFor);
        Assert.Null(answer.LeavesOpen);
    }

    [Fact]
    public async Task Resolve_with_time_to_live_zero_is_asked_anew_each_time()
    {
        _server.Addresses("reviews", 0, "10.0.0.1");
        var source = Source();
        var first = await ResolveAsync("reviews", source);
        _server.Addresses("reviews", 0, "10.0.0.2");
        var second = await ResolveAsync("reviews", source);

        Assert.Equal(TimeSpan.Zero, first.ValidFor);
        Assert.Equal("10.0.0.2", Assert.Single(second.Endpoints).Address);
    }

    [Fact]
    public async Task Resolve_of_a_name_that_does_not_exist_is_an_empty_answer_with_the_negative_time_to_live()
    {
        var answer = await ResolveAsync("nowhere");

        Assert.Empty(answer.Endpoints);
        Assert.Equal(TimeSpan.FromSeconds(7), answer.ValidFor);
        Assert.Contains("nowhere.", answer.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_of_a_name_without_addresses_is_an_empty_answer()
    {
        _server.Addresses("reviews", 30);

        Assert.Empty((await ResolveAsync("reviews")).Endpoints);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Resolve_with_a_failing_server_is_a_failure_and_not_empty(int code)
    {
        _server.Code("reviews", LoopbackDnsServer.TypeA, code);
        _server.Addresses("other", 1);
        _server.Code("reviews", LoopbackDnsServer.TypeAaaa, 3);

        var failure = await Assert.ThrowsAsync<DiscoveryException>(() => ResolveAsync("reviews"));
        Assert.False(failure.IsPermanent);
        Assert.Contains("reviews", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_with_a_silent_server_is_a_failure()
    {
        _server.Silent("reviews", LoopbackDnsServer.TypeA);
        _server.Silent("reviews", LoopbackDnsServer.TypeAaaa);

        await Assert.ThrowsAsync<DiscoveryException>(() => ResolveAsync("reviews"));
    }

    [Fact]
    public async Task Resolve_with_a_server_that_drops_one_family_answers_with_the_other_and_leaves_that_one_open()
    {
        _server.Addresses("reviews", 30, "10.0.0.1");
        _server.Silent("reviews", LoopbackDnsServer.TypeAaaa);
        var answer = await ResolveAsync("reviews");

        Assert.Equal("10.0.0.1", Assert.Single(answer.Endpoints).Address);
        Assert.True(answer.LeavesOpen!(Services.Endpoints("fd00::1")[0]));
        Assert.False(answer.LeavesOpen!(Services.Endpoints("10.0.0.2")[0]));
    }

    [Fact]
    public async Task Resolve_of_a_short_name_follows_the_search_list()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "resolv.conf"), "search default.svc.cluster.local svc.cluster.local\noptions ndots:5\n", TestContext.Current.CancellationToken);
        _server.Addresses("reviews.svc.cluster.local", 30, "10.0.0.1");
        var answer = await ResolveAsync("reviews");

        Assert.Single(answer.Endpoints);
        Assert.Contains("A reviews.default.svc.cluster.local", _server.Questions);
        Assert.DoesNotContain("A reviews", _server.Questions);
    }

    [Fact]
    public async Task Resolve_asks_for_no_ipv6_addresses_where_resolv_conf_says_so()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "resolv.conf"), "options no-aaaa\n", TestContext.Current.CancellationToken);
        _server.Addresses("reviews", 30, "10.0.0.1", "fd00::1");
        var answer = await ResolveAsync("reviews");

        Assert.Equal("10.0.0.1", Assert.Single(answer.Endpoints).Address);
        Assert.Equal((TimeSpan.FromSeconds(30), "A reviews"), (answer.ValidFor, Assert.Single(_server.Questions)));
    }

    [Theory]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("api.localhost", "127.0.0.1")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("[fd00::1]", "[fd00::1]")]
    [InlineData("printer", "10.9.9.9")]
    public async Task Resolve_of_local_names_asks_no_server(string name, string expected)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "hosts"), "# local\n10.9.9.9 printer printer.lan\n", TestContext.Current.CancellationToken);

        Assert.Equal(expected, Assert.Single((await ResolveAsync(name)).Endpoints).Address);
        Assert.Empty(_server.Questions);
    }

    [Fact]
    public async Task Resolve_reads_the_hosts_file_again_when_it_changed()
    {
        var source = Source();
        var hosts = Path.Combine(_folder, "hosts");
        await File.WriteAllTextAsync(hosts, "10.0.0.1 printer\n", TestContext.Current.CancellationToken);
        await ResolveAsync("printer", source);
        await File.WriteAllTextAsync(hosts, "10.0.0.22 printer\n", TestContext.Current.CancellationToken);

        Assert.Equal("10.0.0.22", Assert.Single((await ResolveAsync("printer", source)).Endpoints).Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("1.2.3")]
    [InlineData("re views")]
    [InlineData("a\0b")]
    public async Task Resolve_of_what_is_no_name_fails_for_good(string name)
    {
        var failure = await Assert.ThrowsAsync<DiscoveryException>(() => ResolveAsync(name));

        Assert.True(failure.IsPermanent);
        Assert.Empty(_server.Questions);
    }

    [Fact]
    public async Task Resolve_leaves_out_addresses_that_stand_for_nothing()
    {
        _server.Addresses("blocked", 30, "0.0.0.0", "::", "224.0.0.1");

        Assert.Empty((await ResolveAsync("blocked")).Endpoints);
    }

    [Fact]
    public void Configure_tells_whether_the_name_servers_changed()
    {
        var resolver = Parts().Resolver;

        Assert.False(resolver.Configure(new DnsConfiguration { NameServers = [_server.Address] }));
        Assert.True(resolver.Configure(new DnsConfiguration { NameServers = ["127.0.0.1:1"] }));
    }

    [Fact]
    public async Task Resolve_with_a_name_server_that_is_no_address_says_so()
    {
        var parts = Parts();
        parts.Resolver.Configure(new DnsConfiguration { NameServers = ["dns.example"] });

        var failure = await Assert.ThrowsAsync<DiscoveryException>(() => ResolveAsync("reviews", parts.Source));
        Assert.Contains("dns.example", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_on_a_machine_without_ipv6_takes_those_addresses_only_where_there_are_no_others()
    {
        _server.Addresses("both", 30, "10.0.0.1", "fd00::1");
        _server.Addresses("six", 30, "fd00::1");

        Assert.Equal("10.0.0.1", Assert.Single((await ResolveAsync("both", Source(reachesV6: false))).Endpoints).Address);
        Assert.Equal("[fd00::1]", Assert.Single((await ResolveAsync("six", Source(reachesV6: false))).Endpoints).Address);
    }

    private DnsEndpointSource Source(bool reachesV6 = true) => Parts(reachesV6).Source;

    private DnsParts Parts(bool reachesV6 = true) => new(
        _server.Address, resolvConf: Path.Combine(_folder, "resolv.conf"), hosts: Path.Combine(_folder, "hosts"), reachesV6: reachesV6);

    private async Task<EndpointAnswer> ResolveAsync(string name, DnsEndpointSource? source = null) =>
        await (source ?? Source()).ResolveAsync(Services.Question(name), TestContext.Current.CancellationToken);
}
