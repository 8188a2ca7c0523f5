using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary>What a snapshot takes over from the one before.</summary>
public sealed class SnapshotCompilerReuseTests
{
    private static readonly StringMatchConfiguration Pattern = new(StringMatchKind.Regex, "/a.*", Given.Node);

    [Fact]
    public void Patterns_are_kept_and_those_that_no_rule_names_any_more_go()
    {
        var first = Compile(Rules(Pattern, Pattern));
        var second = Compile(Rules(Pattern), first);
        var third = Compile(Rules(), second);

        Assert.Same(PatternOf(first, 0), PatternOf(first, 1));
        Assert.Same(PatternOf(first, 0), PatternOf(second, 0));
        Assert.Empty(third.Patterns);
        Assert.NotSame(PatternOf(first, 0), PatternOf(Compile(Rules(Pattern), third), 0));
    }

    [Fact]
    public void Endpoints_as_before_are_the_same_objects_and_the_same_list()
    {
        var first = EndpointsOf(Compile(Service(("10.0.0.1:80", "v1"), ("10.0.0.2:80", "v2"))), out var snapshot);

        Assert.Same(first, EndpointsOf(Compile(Service(("10.0.0.1:80", "v1"), ("10.0.0.2:80", "v2")), snapshot), out _));
    }

    [Fact]
    public void Endpoint_that_joins_or_changes_leaves_the_others_the_same_objects()
    {
        var first = EndpointsOf(Compile(Service(("10.0.0.1:80", "v1"), ("10.0.0.2:80", "v1"), ("10.0.0.3:80", "v1"))), out var snapshot);
        var next = EndpointsOf(
            Compile(Service(("10.0.0.9:80", "v1"), ("10.0.0.1:80", "v1"), ("10.0.0.2:80", "v2"), ("10.0.0.3:80", "v1")), snapshot), out _);

        Assert.Equal(["10.0.0.9:80", "10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"], next.Select(endpoint => endpoint.Address));
        Assert.Same(first[0], next[1]);
        Assert.Equal("v2", next[2].Labels["version"]);
        Assert.Same(first[2], next[3]);
    }

    [Fact]
    public void Endpoints_of_one_address_that_differ_by_labels_are_all_kept_and_reused()
    {
        (string, string)[] written = [("10.0.0.1:80", "v1"), ("10.0.0.1:80", "v2"), ("10.0.0.1:80", "v1")];
        var first = EndpointsOf(Compile(Service(written)), out var snapshot);

        Assert.Equal(["v1", "v2"], first.Select(endpoint => endpoint.Labels["version"]));
        Assert.Same(first, EndpointsOf(Compile(Service(written[..2]), snapshot), out _));
        Assert.Equal(["v2", "v1"], EndpointsOf(Compile(Service(written[1], written[0]), snapshot), out _).Select(endpoint => endpoint.Labels["version"]));
    }

    [Fact]
    public void Endpoint_that_left_is_gone_though_all_others_are_as_before()
    {
        EndpointsOf(Compile(Service(("10.0.0.1:80", "v1"), ("10.0.0.2:80", "v1"))), out var snapshot);

        Assert.Equal(["10.0.0.1:80"], EndpointsOf(Compile(Service(("10.0.0.1:80", "v1")), snapshot), out _).Select(endpoint => endpoint.Address));
        Assert.Equal(["10.0.0.2:80"], EndpointsOf(Compile(Service(("10.0.0.2:80", "v1")), snapshot), out _).Select(endpoint => endpoint.Address));
    }

    private static MeshSnapshot Compile(MeshConfiguration configuration, MeshSnapshot? previous = null)
        => SnapshotCompiler.Compile(configuration, 1, previous);

    private static MeshConfiguration Rules(params StringMatchConfiguration[] uris) => new()
    {
        Namespace = "default",
        VirtualServices =
            [Given.VirtualService("reviews", ["reviews"], [.. uris.Select(uri => Given.Route([Given.Match(uri)], Given.To("reviews"))), Given.Route("reviews")])],
    };

    private static MeshConfiguration Service(params (string Address, string Version)[] endpoints) => new()
    {
        Namespace = "default",
        Services =
        [
            Given.Service("reviews", 80) with
            {
                Endpoints =
                [
                    .. endpoints.Select(endpoint => new EndpointConfiguration
                    {
                        Node = Given.Node,
                        Address = endpoint.Address,
                        Labels = new Dictionary<string, string> { ["version"] = endpoint.Version },
                    }),
                ],
            },
        ],
    };

    private static IReadOnlyList<Endpoint> EndpointsOf(MeshSnapshot snapshot, out MeshSnapshot same)
    {
        same = snapshot;
        return snapshot.Hosts["reviews"].Service!.Endpoints;
    }

    private static Re2Matcher PatternOf(MeshSnapshot snapshot, int rule)
        => snapshot.Hosts["reviews"].VirtualService!.Rules[rule].Matches[0].Uri!.Pattern!;
}
