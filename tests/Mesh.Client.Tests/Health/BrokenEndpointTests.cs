using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Health;

/// <summary>Endpoints with open circuit breakers in the set from which picks are made.</summary>
public sealed class BrokenEndpointTests
{
    private readonly EndpointState[] _all = [.. Enumerable.Range(1, 4).Select(number => new EndpointState(new() { Address = $"10.0.0.{number}:80", Host = $"10.0.0.{number}", Locality = number <= 2 ? "r1/z1" : "r2/z2" }))];

    [Fact]
    public void Broken_endpoint_is_not_available()
    {
        _all[1].IsBroken = true;

        Assert.Equal([_all[0], _all[2], _all[3]], AvailableEndpoints.Build(_all, ClusterPolicy.Default).Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Broken_endpoint_stays_out_where_ejected_ones_are_used_again(bool hasLocalities)
    {
        _all[0].IsBroken = true;
        _all[1].IsEjected = _all[2].IsEjected = _all[3].IsEjected = true;

        var set = AvailableEndpoints.Build(_all, Policy(hasLocalities));

        Assert.True(set.IsPanicking);
        Assert.DoesNotContain(_all[0], set.Available);
        Assert.Contains(_all[1], set.Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_available_where_all_are_broken(bool hasLocalities)
    {
        Array.ForEach(_all, endpoint => endpoint.IsBroken = true);

        Assert.Empty(AvailableEndpoints.Build(_all, Policy(hasLocalities)).Groups.SelectMany(group => group.Endpoints));
        Assert.All(AvailableEndpoints.Build(_all, Policy(hasLocalities)).Groups, group => Assert.NotEmpty(group.Endpoints));
    }

    private static ClusterPolicy Policy(bool hasLocalities) => new()
    {
        OutlierDetection = new() { MinHealthPercent = 50 },
        Locality = hasLocalities ? LocalityPolicy.Create(new LocalityConfiguration(), hasOutlierDetection: true, new WorkloadConfiguration { Locality = "r1/z1" }) : null,
    };
}
