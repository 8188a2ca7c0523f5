using System.Net;
using Mesh.Client.Discovery;
using Mesh.Client.Discovery.Dns;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Discovery.Dns;

public sealed class NamedEndpointsTests
{
    [Fact]
    public async Task Resolve_every_address_of_a_name_carries_what_is_written_of_it()
    {
        var answer = await ResolveAsync([Services.Labelled("one:81", "v1", weight: 3), Services.Labelled("two", "v2")],
            ("one", 30, ["10.0.0.1", "10.0.0.2"]), ("two", 20, ["10.0.1.1"]));

        Assert.Equal([("10.0.0.1:81", "v1", 3), ("10.0.0.2:81", "v1", 3), ("10.0.1.1", "v2", 1)],
            answer.Endpoints.Select(endpoint => (endpoint.Address, endpoint.Labels["version"], endpoint.Weight)));
        Assert.Equal(TimeSpan.FromSeconds(20), answer.ValidFor);
        Assert.Null(answer.LeavesOpen);
    }

    [Fact]
    public async Task Resolve_with_a_name_that_fails_keeps_what_was_known()
    {
        var answer = await ResolveAsync(Services.Endpoints("one", "two"), ("one", 30, ["10.0.0.1"]));

        Assert.Equal("10.0.0.1", Assert.Single(answer.Endpoints).Address);
        Assert.True(answer.LeavesOpen!(EndpointAddress.Parse("10.0.1.1")));
    }

    [Fact]
    public async Task Resolve_fails_where_every_name_fails()
        => await Assert.ThrowsAsync<DiscoveryException>(() => ResolveAsync(Services.Endpoints("one", "two")));

    [Fact]
    public async Task Resolve_names_without_addresses_are_an_answer_that_says_so()
    {
        var answer = await ResolveAsync(Services.Endpoints("one"), ("one", 5, []));

        Assert.Empty(answer.Endpoints);
        Assert.Contains("one", answer.Explanation, StringComparison.Ordinal);
    }

    private static Task<EndpointAnswer> ResolveAsync(IReadOnlyList<Endpoint> named, params (string Name, int Seconds, string[] Addresses)[] records)
        => NamedEndpoints.ResolveAsync(named, name => records.FirstOrDefault(record => record.Name == name) is { Name: not null } record
            ? new(new EndpointAnswer([.. record.Addresses.Select(address => EndpointAddress.FromIp(IPAddress.Parse(address), 0))], TimeSpan.FromSeconds(record.Seconds)))
            : throw new DiscoveryException($"{name} failed")).AsTask();
}
