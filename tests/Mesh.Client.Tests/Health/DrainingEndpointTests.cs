using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Health;

/// <summary>Draining endpoints in the set from which picks are made.</summary>
public sealed class DrainingEndpointTests
{
    private readonly EndpointState[] _all = [.. Enumerable.Range(1, 4).Select(number => new EndpointState(new() { Address = $"10.0.0.{number}:80", Host = $"10.0.0.{number}", Locality = number <= 2 ? "r1/z1" : "r2/z2" }))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draining_endpoint_is_set_aside_while_others_can_be_picked(bool hasLocalities)
    {
        Drain(0);
        var set = Build(hasLocalities);

        Assert.DoesNotContain(_all[0], set.Available);
        Assert.Equal([_all[0]], set.SetAside);
        Assert.Equal(_all, set.All);
    }

    /// <summary>In another place too: who stops must not be called because it is near.</summary>
    [Fact]
    public void Draining_endpoints_of_one_place_leave_its_calls_to_the_next()
    {
        Drain(0, 1);
        var set = Build(hasLocalities: true);

        Assert.Equal([_all[2], _all[3]], set.Available);
        Assert.All(set.Groups, group => Assert.Equal(0, group.Priority));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draining_endpoints_serve_where_all_drain(bool hasLocalities)
    {
        Drain(0, 1, 2, 3);
        var set = Build(hasLocalities);

        Assert.Equal(_all, set.Available.OrderBy(endpoint => endpoint.Endpoint.Address, StringComparer.Ordinal));
        Assert.Empty(set.SetAside);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draining_endpoint_serves_where_the_others_are_ejected(bool hasLocalities)
    {
        Drain(0);
        _all[1].IsEjected = _all[2].IsEjected = _all[3].IsEjected = true;
        var set = Build(hasLocalities, minHealthPercent: 0);

        Assert.Equal([_all[0]], set.Available);
        Assert.Empty(set.SetAside);
    }

    [Fact]
    public void Draining_endpoint_counts_neither_as_healthy_nor_as_a_member_where_panic_is_decided()
    {
        Drain(0, 1);
        _all[2].IsEjected = true;

        // One of two that stay: 50 % are enough. Of four, two of which drain, one would be too few.
        var set = Build(hasLocalities: false, minHealthPercent: 50);
        Assert.False(set.IsPanicking);
        Assert.Equal([_all[3]], set.Available);
    }

    [Fact]
    public void Nothing_is_set_aside_where_nothing_drains() => Assert.Empty(Build(hasLocalities: false).SetAside);

    private void Drain(params int[] places)
    {
        foreach (var place in places)
        {
            _all[place].Endpoint = _all[place].Endpoint with { IsDraining = true };
        }
    }

    private EndpointSet Build(bool hasLocalities, int minHealthPercent = 0) => AvailableEndpoints.Build(_all, new ClusterPolicy
    {
        OutlierDetection = new() { MinHealthPercent = minHealthPercent },
        Locality = hasLocalities ? LocalityPolicy.Create(new LocalityConfiguration(), hasOutlierDetection: true, new WorkloadConfiguration { Locality = "r1/z1" }) : null,
    });
}
