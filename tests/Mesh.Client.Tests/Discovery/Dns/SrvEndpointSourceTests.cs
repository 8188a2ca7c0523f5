using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Discovery.Dns;

public sealed class SrvEndpointSourceTests
{
    private const string Name = "_http._tcp.reviews.example";

    /// <summary>dotnet/extensions #7473: the name of the host was dropped there.</summary>
    [Fact]
    public async Task Resolve_gives_ports_priorities_and_weights_of_the_records_with_the_addresses_that_came_along()
    {
        using var server = new ScriptedDnsServer(query => query.Answer()
            .Service(Name, 60, 10, 3, 9080, "one.example").Service(Name, 60, 10, 1, 9081, "two.example").Service(Name, 60, 20, 0, 9082, "Three.example")
            .Glue("one.example", 60, "10.0.0.1").Glue("two.example", 60, "fd00::2").Glue("three.example", 60, "10.0.0.3"));
        var answer = await ResolveAsync(server, Name);

        Assert.Equal(
            [("10.0.0.1:9080", 10, 3, "one.example"), ("[fd00::2]:9081", 10, 1, "two.example"), ("10.0.0.3:9082", 20, 1, "three.example")],
            answer.Endpoints.Select(endpoint => (endpoint.Address, endpoint.Priority, endpoint.Weight, endpoint.Target!)));
        Assert.Equal(["SRV " + Name], server.Questions);
    }

    [Theory]
    [InlineData(30, 60, 30)]
    [InlineData(60, 20, 20)]
    [InlineData(60, 0, 0)]
    public async Task Resolve_is_valid_as_long_as_the_first_of_records_and_addresses(int recordSeconds, int addressSeconds, int expected)
    {
        using var server = new ScriptedDnsServer(query => query.Answer()
            .Service(Name, recordSeconds, 0, 0, 80, "one.example").Glue("one.example", addressSeconds, "10.0.0.1"));

        Assert.Equal(TimeSpan.FromSeconds(expected), (await ResolveAsync(server, Name)).ValidFor);
    }

    [Fact]
    public async Task Resolve_looks_up_the_hosts_whose_addresses_did_not_come_along()
    {
        using var server = new ScriptedDnsServer(query => (query.Name, query.Type) switch
        {
            (Name, DnsAnswer.Srv) => query.Answer().Service(Name, 60, 0, 0, 80, "one.example").Service(Name, 60, 0, 0, 80, "two.example").Glue("one.example", 60, "10.0.0.1"),
            ("two.example", DnsAnswer.A) => query.Answer().Address("two.example", 15, "10.0.0.2"),
            ("two.example", DnsAnswer.Aaaa) => query.Answer().Address("two.example", 25, "fd00::2"),
            _ => null,
        });
        var answer = await ResolveAsync(server, Name);

        Assert.Equal(["10.0.0.1:80", "10.0.0.2:80", "[fd00::2]:80"], answer.Endpoints.Select(endpoint => endpoint.Address));
        Assert.Equal(TimeSpan.FromSeconds(15), answer.ValidFor);
        Assert.Equal(3, server.Questions.Count);
    }

    [Fact]
    public async Task Resolve_asks_for_the_other_family_where_the_one_that_came_along_cannot_be_called()
    {
        using var server = new ScriptedDnsServer(query => query.Type switch
        {
            DnsAnswer.Srv => query.Answer().Service(Name, 60, 0, 0, 80, "one.example").Glue("one.example", 60, "fd00::1"),
            DnsAnswer.A => query.Answer().Address("one.example", 60, "10.0.0.1"),
            _ => query.Answer().Address("one.example", 60, "fd00::1"),
        });
        var answer = await new DnsParts(server.Address, reachesV6: false).Services.ResolveAsync(Question(Name), TestContext.Current.CancellationToken);

        Assert.Equal("10.0.0.1:80", Assert.Single(answer.Endpoints).Address);
    }

    [Fact]
    public async Task Resolve_passes_over_addresses_of_names_that_no_record_points_to()
    {
        using var server = new ScriptedDnsServer(query => query.Type == DnsAnswer.Srv
            ? query.Answer().Service(Name, 60, 0, 0, 80, "one.example").Glue("one.example", 60, "10.0.0.1").Glue("other.example", 1, "10.6.6.6")
            : null);
        var answer = await ResolveAsync(server, Name);

        Assert.Equal("10.0.0.1:80", Assert.Single(answer.Endpoints).Address);
        Assert.Equal(TimeSpan.FromSeconds(60), answer.ValidFor);
    }

    [Fact]
    public async Task Resolve_of_a_host_that_fails_leaves_its_endpoints_open_and_gives_the_others()
    {
        using var server = new ScriptedDnsServer(query => query.Type switch
        {
            DnsAnswer.Srv => query.Answer().Service(Name, 60, 0, 0, 80, "one.example").Service(Name, 60, 0, 0, 80, "two.example").Glue("one.example", 60, "10.0.0.1"),
            _ => query.Answer().Code(2),
        });
        var answer = await ResolveAsync(server, Name);
        var known = Services.Endpoints("10.0.0.9:80")[0];

        Assert.Equal("10.0.0.1:80", Assert.Single(answer.Endpoints).Address);
        Assert.True(answer.LeavesOpen!(known with { Target = "two.example" }));
        Assert.False(answer.LeavesOpen!(known with { Target = "one.example" }));
        Assert.False(answer.LeavesOpen!(known));
    }

    [Fact]
    public async Task Resolve_of_a_host_that_fails_for_one_family_leaves_that_one_open()
    {
        using var server = new ScriptedDnsServer(query => query.Type switch
        {
            DnsAnswer.Srv => query.Answer().Service(Name, 60, 0, 0, 80, "one.example"),
            DnsAnswer.A => query.Answer().Address("one.example", 60, "10.0.0.1"),
            _ => query.Answer().Code(2),
        });
        var answer = await ResolveAsync(server, Name);

        Assert.Equal("10.0.0.1:80", Assert.Single(answer.Endpoints).Address);
        Assert.True(answer.LeavesOpen!(Services.Endpoints("[fd00::1]:80")[0] with { Target = "one.example" }));
        Assert.False(answer.LeavesOpen!(Services.Endpoints("10.0.0.9:80")[0] with { Target = "one.example" }));
    }

    [Fact]
    public async Task Resolve_where_the_only_host_fails_is_a_failure_and_not_empty()
    {
        using var server = new ScriptedDnsServer(query => query.Type == DnsAnswer.Srv
            ? query.Answer().Service(Name, 60, 0, 0, 80, "one.example")
            : query.Answer().Code(2));

        var failure = await Assert.ThrowsAsync<DiscoveryException>(() => ResolveAsync(server, Name));
        Assert.Contains("one.example", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_of_a_host_without_addresses_is_empty_for_its_negative_time_to_live()
    {
        using var server = new ScriptedDnsServer(query => query.Type == DnsAnswer.Srv
            ? query.Answer().Service(Name, 60, 0, 0, 80, "one.example")
            : query.Answer().Code(3).None(7));
        var answer = await ResolveAsync(server, Name);

        Assert.Equal((0, TimeSpan.FromSeconds(7)), (answer.Endpoints.Count, answer.ValidFor));
        Assert.Contains("one.example", answer.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_of_a_service_that_is_not_offered_is_empty_and_says_so()
    {
        using var server = new ScriptedDnsServer(query => query.Answer().Service(Name, 60, 0, 0, 0, ""));
        var answer = await ResolveAsync(server, Name);

        Assert.Equal((0, TimeSpan.FromSeconds(60)), (answer.Endpoints.Count, answer.ValidFor));
        Assert.Contains("not offered", answer.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_follows_aliases_of_the_service()
    {
        using var server = new ScriptedDnsServer(query => query.Answer()
            .Alias(Name, 20, "_http._tcp.other.example").Service("_http._tcp.other.example", 60, 0, 0, 80, "one.example").Glue("one.example", 60, "10.0.0.1"));
        var answer = await ResolveAsync(server, Name);

        Assert.Equal("10.0.0.1:80", Assert.Single(answer.Endpoints).Address);
        Assert.Equal(TimeSpan.FromSeconds(20), answer.ValidFor);
    }

    /// <summary>As dotnet/aspire #9913 asks for: one word is expected where generators write another.</summary>
    [Fact]
    public async Task Resolve_of_a_port_without_a_name_tries_the_usual_names_and_says_what_was_asked()
    {
        using var server = new ScriptedDnsServer(query => query.Name == "_default._tcp.reviews.example"
            ? query.Answer().Service(query.Name, 60, 0, 0, 80, "one.example").Glue("one.example", 60, "10.0.0.1")
            : query.Answer().Code(3).None(7));

        Assert.Single((await ResolveAsync(server, "reviews.example")).Endpoints);
        Assert.Equal(
            "DNS has no SRV record for _http._tcp.ratings.example, _default._tcp.ratings.example.", (await ResolveAsync(server, "ratings.example")).Explanation);
    }

    [Fact]
    public async Task Resolve_of_a_short_name_goes_through_the_search_list_as_if_port_and_protocol_were_not_there()
    {
        var resolvConf = Path.GetTempFileName();
        await File.WriteAllTextAsync(resolvConf, "search ns.svc.example svc.example\n", TestContext.Current.CancellationToken);
        using var server = new ScriptedDnsServer(query => query.Name == "_http._tcp.reviews.svc.example"
            ? query.Answer().Service(query.Name, 60, 0, 0, 80, "one.example").Glue("one.example", 60, "10.0.0.1")
            : query.Answer().Code(3).None(7));
        var parts = new DnsParts(server.Address, resolvConf: resolvConf);

        Assert.Single((await parts.Services.ResolveAsync(Question("_http._tcp.reviews"), TestContext.Current.CancellationToken)).Endpoints);
        Assert.Equal(["SRV _http._tcp.reviews.ns.svc.example", "SRV _http._tcp.reviews.svc.example"], server.Questions);
        File.Delete(resolvConf);
    }

    [Fact]
    public async Task Resolve_of_what_is_no_name_fails_for_good()
    {
        var failure = await Assert.ThrowsAsync<DiscoveryException>(
            async () => await new DnsParts("127.0.0.1:1").Services.ResolveAsync(Question("re views"), TestContext.Current.CancellationToken));

        Assert.True(failure.IsPermanent);
        Assert.Contains("_http._tcp.re views", failure.Message, StringComparison.Ordinal);
    }

    private static EndpointQuestion Question(string name) => Services.Question(name, DiscoveryKind.DnsSrv);

    private static async Task<EndpointAnswer> ResolveAsync(ScriptedDnsServer server, string name) =>
        await new DnsParts(server.Address).Services.ResolveAsync(Question(name), TestContext.Current.CancellationToken);
}
