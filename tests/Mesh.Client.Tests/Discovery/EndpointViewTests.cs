using CsCheck;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Discovery;

public sealed class EndpointViewTests
{
    private static readonly ServiceModel Service = Services.Named("reviews");

    private static readonly Gen<string[]> Lists = Gen.Int[0, 30].Array[0, 25].Select(numbers => numbers.Select(number => $"10.0.0.{number}:80").ToArray());

    [Fact]
    public void After_any_answers_has_each_address_once_in_the_order_of_the_last() => Seeded.Sample(Lists.Array[1, 6], 2_000, answers =>
    {
        var view = Start();
        foreach (var addresses in answers.Where(list => list.Length > 0))
        {
            view = view.After(Answer(addresses), Service, 0);
            Assert.Equal(addresses.Distinct(), view.Endpoints.Select(endpoint => endpoint.Address));
        }
    });

    [Theory]
    [InlineData("a b c d", "a b x c d")]
    [InlineData("a b c d", "a b d")]
    [InlineData("a b c d", "x a b c d")]
    [InlineData("a b c d", "a b c d x y")]
    [InlineData("a b c d", "c d")]
    public void After_a_small_change_what_did_not_change_is_the_same_object(string before, string after)
    {
        var known = Start().After(Answer(before.Split(' ')), Service, 0);
        var next = known.After(Answer(after.Split(' ')), Service, 0);

        Assert.Equal(after.Split(' '), next.Endpoints.Select(endpoint => endpoint.Address));
        Assert.All(next.Endpoints.Where(endpoint => before.Contains(endpoint.Address)), endpoint => Assert.Contains(known.Endpoints, other => ReferenceEquals(other, endpoint)));
    }

    [Fact]
    public void After_the_same_again_the_list_is_the_same_object()
    {
        var known = Start().After(Answer("a", "b"), Service, 0);

        Assert.Same(known.Endpoints, known.After(Answer("a", "b"), Service, 0).Endpoints);
    }

    [Fact]
    public void After_another_weight_the_endpoint_is_the_new_one()
    {
        var known = Start().After(Answer("a", "b"), Service, 0);
        var heavier = EndpointAddress.Parse("b") with { Weight = 7 };
        var next = known.After(new EndpointAnswer([EndpointAddress.Parse("a"), heavier], Timeout.InfiniteTimeSpan), Service, 0);

        Assert.Same(known.Endpoints[0], next.Endpoints[0]);
        Assert.Same(heavier, next.Endpoints[1]);
    }

    private static EndpointView Start() => new([], DiscoveryState.Pending, 0);

    private static EndpointAnswer Answer(params string[] addresses) => new(Services.Endpoints(addresses), Timeout.InfiniteTimeSpan);
}
