using CsCheck;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Discovery;

public sealed class EndpointListTests
{
    private static readonly Gen<string[]> Lists = Gen.Int[0, 30].Array[0, 25].Select(numbers => numbers.Select(number => $"10.0.0.{number}:80").ToArray());

    [Fact]
    public void Replace_over_any_answers_has_each_address_once_in_the_order_of_the_last() => Seeded.Sample(Lists.Array[1, 6], 2_000, answers =>
    {
        IReadOnlyList<Endpoint> shown = [];
        foreach (var addresses in answers)
        {
            shown = EndpointList.Replace(shown, Services.Endpoints(addresses));
            Assert.Equal(addresses.Distinct(), shown.Select(endpoint => endpoint.Address));
        }
    });

    [Theory]
    [InlineData("a b c d", "a b x c d")]
    [InlineData("a b c d", "a b d")]
    [InlineData("a b c d", "x a b c d")]
    [InlineData("a b c d", "a b c d x y")]
    [InlineData("a b c d", "c d")]
    public void Replace_by_a_small_change_keeps_the_objects_that_did_not_change(string before, string after)
    {
        var shown = EndpointList.Replace([], Services.Endpoints(before.Split(' ')));
        var next = EndpointList.Replace(shown, Services.Endpoints(after.Split(' ')));

        Assert.Equal(after.Split(' '), next.Select(endpoint => endpoint.Address));
        Assert.All(next.Where(endpoint => before.Contains(endpoint.Address)), endpoint => Assert.Contains(shown, other => ReferenceEquals(other, endpoint)));
    }

    [Fact]
    public void Replace_by_one_address_with_different_labels_keeps_each_of_them_once()
    {
        Endpoint[] endpoints = [Services.Labelled("a", "v1"), Services.Labelled("a", "v2"), Services.Labelled("a", "v1")];

        Assert.Equal(["v1", "v2"], EndpointList.Replace([], endpoints).Select(endpoint => endpoint.Labels["version"]));
    }

    [Fact]
    public void Replace_by_the_same_again_is_the_same_object()
    {
        var shown = EndpointList.Replace([], Services.Endpoints("a", "b"));

        Assert.Same(shown, EndpointList.Replace(shown, Services.Endpoints("a", "b")));
    }

    [Theory]
    [InlineData(7, 0, null)]
    [InlineData(1, 3, null)]
    [InlineData(1, 0, "host")]
    public void Replace_by_another_weight_priority_or_target_has_the_new_object(int weight, int priority, string? target)
    {
        var shown = EndpointList.Replace([], Services.Endpoints("a", "b"));
        var changed = EndpointAddress.Parse("b") with { Weight = weight, Priority = priority, Target = target };
        var next = EndpointList.Replace(shown, [EndpointAddress.Parse("a"), changed]);

        Assert.Same(shown[0], next[0]);
        Assert.Same(changed, next[1]);
    }

    [Fact]
    public void Replace_by_an_address_twice_keeps_the_description_that_comes_first()
    {
        var next = EndpointList.Replace([], [Services.Labelled("10.0.0.1:80", "v1", 3), Services.Labelled("10.0.0.1:80", "v1", 5)]);

        Assert.Equal(3, Assert.Single(next).Weight);
    }
}
