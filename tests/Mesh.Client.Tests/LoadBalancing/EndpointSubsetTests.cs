using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class EndpointSubsetTests
{
    [Theory]
    [InlineData("web-12", null, 12)]
    [InlineData("web-0", null, 0)]
    [InlineData("web-12", "3", 3)]
    [InlineData("web-12", "three", 12)]
    [InlineData("web-7d9f-24567", null, null)]
    [InlineData("web-007", null, null)]
    [InlineData("42", null, null)]
    [InlineData("web-", null, null)]
    [InlineData("laptop", null, null)]
    public void Index_is_that_of_the_environment_or_of_the_host_name(string host, string? variable, int? index)
        => Assert.Equal(new SubsetCaller(host, index), SubsetCaller.Of(host, variable));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_are_chosen_where_there_are_no_more(bool isNumbered)
        => Assert.Equal(20, EndpointSubset.Choose(Endpoints(20), 20, Caller(3, isNumbered)).Count);

    [Theory]
    [InlineData(21, 20)]
    [InlineData(100, 20)]
    [InlineData(1000, 20)]
    [InlineData(1234, 7)]
    public void Numbered_callers_get_at_least_the_size_and_at_most_a_third_more_than_what_divides(int endpoints, int size)
        => Assert.All(Enumerable.Range(0, 300), caller => Assert.InRange(
            EndpointSubset.Choose(Endpoints(endpoints), size, Caller(caller)).Count, Math.Min(size, endpoints), Math.Max(2 * size, (size * 4 / 3) + 1)));

    [Fact]
    public void Callers_without_numbers_get_the_size()
        => Assert.All(Enumerable.Range(0, 100), caller => Assert.Equal(20, EndpointSubset.Choose(Endpoints(100), 20, Caller(caller, isNumbered: false)).Count));

    [Theory]
    [InlineData(200, 200, 1.0)]
    [InlineData(1000, 100, 1.0)]
    [InlineData(50, 320, 1.3)]
    public void Numbered_callers_are_spread_evenly(int callers, int endpoints, double maximumToMean)
        => Assert.InRange(MaximumToMean(callers, endpoints, isNumbered: true), 1, maximumToMean);

    [Fact]
    public void Callers_without_numbers_are_spread_as_hashes_are()
        => Assert.InRange(MaximumToMean(1000, 100, isNumbered: false), 1, 1.3);

    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 2)]
    public void Endpoint_that_joins_moves_few(bool isNumbered, double timesIdeal)
    {
        const int Callers = 200;
        var before = Endpoints(200);
        var after = Endpoints(201);
        var moved = Enumerable.Range(0, Callers).Sum(caller => EndpointSubset.Choose(after, 20, Caller(caller, isNumbered))
            .Except(EndpointSubset.Choose(before, 20, Caller(caller, isNumbered))).Count());

        Assert.InRange(moved, 1, timesIdeal * Callers * 20 / 201);
    }

    [Fact]
    public void Choice_does_not_hang_on_the_order_of_the_endpoints()
    {
        var endpoints = Endpoints(100);
        Assert.All(Enumerable.Range(0, 10), caller => Assert.Equal(
            EndpointSubset.Choose(endpoints, 20, Caller(caller)), EndpointSubset.Choose([.. endpoints.Reverse()], 20, Caller(caller))));
    }

    [Fact]
    public void Heavy_endpoints_are_chosen_more_often_without_numbers()
    {
        Endpoint[] endpoints = [.. Endpoints(100).Select((endpoint, place) => endpoint with { Weight = place == 0 ? 5 : 1 })];
        var chosen = Enumerable.Range(0, 1000).Count(caller => EndpointSubset.Choose(endpoints, 10, Caller(caller, isNumbered: false)).Contains(endpoints[0].Address));

        // Others are in a tenth of the subsets.
        Assert.InRange(chosen, 300, 500);
    }

    private static double MaximumToMean(int callers, int endpoints, bool isNumbered)
    {
        var all = Endpoints(endpoints);
        var counts = Enumerable.Range(0, callers)
            .SelectMany(caller => EndpointSubset.Choose(all, 20, Caller(caller, isNumbered)))
            .CountBy(address => address)
            .Select(count => count.Value)
            .ToArray();
        return counts.Max() / (counts.Sum() / (double)endpoints);
    }

    private static SubsetCaller Caller(int number, bool isNumbered = true) => new($"caller-{number}", isNumbered ? number : null);

    private static Endpoint[] Endpoints(int count)
        => [.. Enumerable.Range(0, count).Select(place => new Endpoint { Address = $"10.0.{place / 256}.{place % 256}:80", Host = "10.0.0.1" })];
}
