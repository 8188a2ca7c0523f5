using System.Collections.Frozen;
using CsCheck;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Discovery;

public sealed class EndpointListTests
{
    private static readonly FrozenDictionary<string, string>[] Versions =
        [.. Enumerable.Range(1, 2).Select(number => new Dictionary<string, string> { ["version"] = $"v{number}" }.ToFrozenDictionary())];

    private static readonly Gen<string[]> Lists = Gen.Int[0, 30].Array[0, 25].Select(numbers => numbers.Select(number => $"10.0.0.{number}:80").ToArray());

    [Fact]
    public void Replace_over_any_answers_has_each_address_once_in_the_order_of_the_last() => Seeded.Sample(Lists.Array[1, 6], 2_000, answers =>
    {
        var shown = EndpointList.Empty;
        foreach (var addresses in answers)
        {
            shown = shown.Replace(Services.Endpoints(addresses));
            Assert.Equal(addresses.Distinct(), shown.Select(endpoint => endpoint.Address));
        }
    });

    [Fact]
    public void Replace_over_any_history_comes_to_what_the_last_answer_does_alone() => Seeded.Sample(ListEdits.Histories, 2_000, history =>
    {
        Endpoint[] answer = [];
        var shown = EndpointList.Empty;
        foreach (var edits in history)
        {
            // Few addresses and labels, so that one stands for several workloads often, and the same comes again as another object.
            answer = ListEdits.Apply(answer, edits, static (number, known) => number % 3 > 0 && known is not null
                ? known with { Weight = 1 + (number % 4) }
                : EndpointAddress.Parse($"10.0.0.{number % 24}:80") with { Labels = Versions[number % 5 == 0 ? 1 : 0] });
            var before = shown;
            shown = shown.Replace(answer);

            var alone = EndpointList.Empty.Replace(answer);
            Assert.Equal(alone.Select(Describe), shown.Select(Describe));
            Assert.Equal(alone.DistinctBy(endpoint => endpoint.Address).Count() == alone.Count, alone.IsEachAddressOnce);
            Assert.True(alone.IsEachAddressOnce || !shown.IsEachAddressOnce);
            Assert.Equal(before.Select(Describe).SequenceEqual(shown.Select(Describe)), ReferenceEquals(before, shown));
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
        var shown = EndpointList.Empty.Replace(Services.Endpoints(before.Split(' ')));
        var next = shown.Replace(Services.Endpoints(after.Split(' ')));

        Assert.Equal(after.Split(' '), next.Select(endpoint => endpoint.Address));
        Assert.All(next.Where(endpoint => before.Contains(endpoint.Address)), endpoint => Assert.Contains(shown, other => ReferenceEquals(other, endpoint)));
    }

    [Fact]
    public void Replace_by_one_address_with_different_labels_keeps_each_of_them_once()
    {
        Endpoint[] endpoints = [Services.Labelled("a", "v1"), Services.Labelled("a", "v2"), Services.Labelled("a", "v1")];

        Assert.Equal(["v1", "v2"], EndpointList.Empty.Replace(endpoints).Select(endpoint => endpoint.Labels["version"]));
    }

    [Fact]
    public void Replace_of_two_workloads_of_an_address_by_one_that_is_named_twice_keeps_it_once()
    {
        var shown = EndpointList.Empty.Replace([Services.Labelled("a", "v1"), Services.Labelled("a", "v2")]);
        var next = shown.Replace([Services.Labelled("a", "v1"), Services.Labelled("a", "v1")]);

        Assert.Equal("v1", Assert.Single(next).Labels["version"]);
    }

    [Fact]
    public void Replace_by_the_same_again_is_the_same_object()
    {
        var shown = EndpointList.Empty.Replace(Services.Endpoints("a", "b"));

        Assert.Same(shown, shown.Replace(Services.Endpoints("a", "b")));
    }

    [Theory]
    [InlineData(7, 0, null)]
    [InlineData(1, 3, null)]
    [InlineData(1, 0, "host")]
    public void Replace_by_another_weight_priority_or_target_has_the_new_object(int weight, int priority, string? target)
    {
        var shown = EndpointList.Empty.Replace(Services.Endpoints("a", "b"));
        var changed = EndpointAddress.Parse("b") with { Weight = weight, Priority = priority, Target = target };
        var next = shown.Replace([EndpointAddress.Parse("a"), changed]);

        Assert.Same(shown[0], next[0]);
        Assert.Same(changed, next[1]);
    }

    [Fact]
    public void Replace_by_an_address_twice_keeps_the_description_that_comes_first()
    {
        var next = EndpointList.Empty.Replace([Services.Labelled("10.0.0.1:80", "v1", 3), Services.Labelled("10.0.0.1:80", "v1", 5)]);

        Assert.Equal(3, Assert.Single(next).Weight);
    }

    private static string Describe(Endpoint endpoint) => $"{endpoint.Address} {endpoint.Labels["version"]} {endpoint.Weight}";
}
