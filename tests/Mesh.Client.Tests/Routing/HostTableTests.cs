using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Routing;

public sealed class HostTableTests
{
    [Theory]
    [InlineData("http://reviews:9080/")]
    [InlineData("http://REVIEWS:9080/x?y")]
    [InlineData("http://reviews.default:9080/")]
    [InlineData("http://reviews.default.svc:9080/")]
    [InlineData("http://reviews.default.svc.cluster.local:9080/")]
    [InlineData("http://reviews.default.svc.cluster.local.:9080/")]
    [InlineData("ws://reviews:9080/")]
    public void TryFind_takes_every_name_of_a_service(string uri)
    {
        Assert.True(HostTable.TryFind(Given.Snapshot([Given.Service("reviews", 9080)]), new(uri), out var match));
        Assert.Equal(("reviews.default.svc.cluster.local", 9080), (match.Host.Name, match.Port));
    }

    [Theory]
    [InlineData("http://ratings:9080/")]
    [InlineData("http://10.0.0.1:9080/")]
    [InlineData("http://[::1]:9080/")]
    [InlineData("http://reviews.other:9080/")]
    [InlineData("ftp://reviews:9080/")]
    [InlineData("file:///reviews")]
    [InlineData("/reviews")]
    public void TryFind_knows_nothing_else(string uri)
        => Assert.False(HostTable.TryFind(Given.Snapshot([Given.Service("reviews", 9080)]), new(uri, UriKind.RelativeOrAbsolute), out _));

    [Fact]
    public void TryFind_in_an_empty_mesh_finds_nothing() => Assert.False(HostTable.TryFind(MeshSnapshot.Empty, new("http://reviews/"), out _));

    [Theory]
    [InlineData("10.0.0.1", "http://10.0.0.1/")]
    [InlineData("[::1]", "http://[::1]/")]
    [InlineData("bücher.example", "http://bücher.example/")]
    public void TryFind_takes_declared_addresses_and_international_names(string service, string uri)
        => Assert.True(HostTable.TryFind(Given.Snapshot([Given.Service(service)]), new(uri), out _));

    [Theory]
    [InlineData("10.0.0.1", "http://10.0.0.1/")]
    [InlineData("2001:DB8::0001", "http://[2001:db8::1]/")]
    [InlineData("*-x.foo.com", "http://a-x.foo.com/")]
    [InlineData("*foo.com", "http://barfoo.com/")]
    public void TryFind_takes_every_form_of_host_that_a_rule_may_have(string host, string uri)
    {
        Assert.True(HostTable.TryFind(Given.Snapshot([], [Given.VirtualService("r", [host], Given.Route("reviews"))]), new(uri), out var match));
        Assert.NotNull(match.Host.VirtualService);
    }

    [Theory]
    [InlineData("*-x.foo.com", "http://-x.foo.com/")]
    [InlineData("*-x.foo.com", "http://x.foo.com/")]
    [InlineData("*foo.com", "http://foo.com/")]
    public void TryFind_gives_the_star_one_character_at_least(string host, string uri)
        => Assert.False(HostTable.TryFind(Given.Snapshot([], [Given.VirtualService("r", [host], Given.Route("reviews"))]), new(uri), out _));

    [Theory]
    [InlineData("http://s/", "9080", 9080)]
    [InlineData("http://s/", "81:admin,9080:http", 9080)]
    [InlineData("http://s/", "81:admin,82:web", 0)]
    [InlineData("http://s/", "81:http,80:other", 80)]
    [InlineData("http://s:81/", "9080", 0)]
    [InlineData("http://s:443/", "9080", 0)]
    [InlineData("https://s/", "81:http,82:https", 82)]
    [InlineData("https://s/", "81:http,82:admin", 81)]
    [InlineData("https://s/", "8443:web", 8443)]
    [InlineData("https://s:80/", "9080", 0)]
    [InlineData("https+http://s/", "81:http,82:https", 82)]
    [InlineData("http+https://s/", "81:http,82:https", 81)]
    [InlineData("http+https://s/", "81:admin,82:https", 82)]
    [InlineData("https+http://s/", "81:admin,82:web", 0)]
    [InlineData("https+http://s/", "9080", 9080)]
    [InlineData("https+http://s:81/", "80:http,81:admin", 81)]
    [InlineData("http://_admin.s/", "80:http,81:admin", 81)]
    [InlineData("https+http://_admin.s.default/", "80:http,81:admin", 81)]
    [InlineData("http://_none.s/", "80:http,81:admin", 0)]
    [InlineData("http://_admin.s/", "", 0)]
    [InlineData("http://s/", "", 80)]
    [InlineData("https://s/", "", 443)]
    [InlineData("http://s:1234/", "", 1234)]
    [InlineData("https+http://s/", "", 443)]
    [InlineData("http+https://s/", "", 80)]
    public void TryFind_chooses_the_port(string uri, string declared, int expected)
    {
        var ports = declared.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(port => port.Split(':'))
            .Select(port => Given.Port(int.Parse(port[0], System.Globalization.CultureInfo.InvariantCulture), port.ElementAtOrDefault(1)));

        var found = HostTable.TryFind(Given.Snapshot([Given.Service("s", ports.ToArray())]), new(uri), out var match);

        Assert.Equal((expected != 0, expected), (found, match.Port));
    }

    [Fact]
    public void TryFind_prefers_a_service_declared_with_an_underscore_to_a_port_name()
    {
        var snapshot = Given.Snapshot([Given.Service("_admin.s", 5), Given.Service("s", [Given.Port(6, "admin")])]);

        Assert.True(HostTable.TryFind(snapshot, new("http://_admin.s/"), out var match));
        Assert.Equal(5, match.Port);
    }

    [Theory]
    [InlineData("http://x.foo.com/", "*.foo.com")]
    [InlineData("http://X.Foo.Com./", "*.foo.com")]
    [InlineData("http://x.y.foo.com/", "*.foo.com")]
    [InlineData("http://x.b.foo.com/", "*.b.foo.com")]
    [InlineData("http://b.foo.com/", "*.foo.com")]
    [InlineData("http://foo.com/", null)]
    [InlineData("http://xfoo.com/", null)]
    [InlineData("http://com/", null)]
    public void TryFind_takes_the_longest_wildcard(string uri, string? expected)
    {
        var snapshot = Given.Snapshot([], [Given.VirtualService("wild", ["*.foo.com", "*.b.foo.com"], Given.Route("reviews"))]);

        Assert.Equal(expected is not null, HostTable.TryFind(snapshot, new(uri), out var match));
        Assert.Equal(expected, match.Host?.Name);
        Assert.Equal(expected is null ? 0 : 80, match.Port);
    }

    [Fact]
    public void TryFind_prefers_exact_names_to_wildcards()
    {
        var snapshot = Given.Snapshot([Given.Service("a.foo.com", 80)], [Given.VirtualService("wild", ["*.foo.com"], Given.Route("a.foo.com"))]);

        Assert.True(HostTable.TryFind(snapshot, new("http://a.foo.com/"), out var match));
        Assert.Equal("a.foo.com", match.Host.Name);
    }
}
