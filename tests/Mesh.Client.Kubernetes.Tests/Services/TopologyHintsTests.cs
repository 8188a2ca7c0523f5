using System.Collections.Frozen;
using Mesh.Client.Kubernetes.Services;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>The cases of kube-proxy, for a process on node n1 in zone a.</summary>
public sealed class TopologyHintsTests
{
    /// <param name="endpoints">Condition, zones and nodes of each, <c>-</c> where it has none.</param>
    /// <param name="first">Their numbers that are called first.</param>
    [Theory]
    [InlineData("Ready - -, Ready - -", "0 1")]
    [InlineData("Ready a -, Ready b -", "0")]
    [InlineData("Ready a b -, Ready b -, Ready a -", "0 2")]
    // One that gets calls has none: hints do not count.
    [InlineData("Ready a -, Ready b -, Ready - -", "0 1 2")]
    // Nobody thought of this zone.
    [InlineData("Ready b -, Ready c -", "0 1")]
    // Those that get no calls do not count.
    [InlineData("Ready a -, Ready b -, NotReady - -, Draining - -", "0")]
    [InlineData("Draining a -, Ready b -, Ready c -", "0 1 2")]
    // Nodes go before zones, as far as all have them and one is here.
    [InlineData("Ready a n1, Ready a n2, Ready b n3", "0")]
    [InlineData("Ready a n2, Ready b n3", "0")]
    [InlineData("Ready a n1, Ready a -, Ready b n3", "0 1")]
    [InlineData("Ready - n1, Ready - n2", "0")]
    public void Endpoints_that_are_called_first(string endpoints, string first)
        => Assert.Equal(first, First(Merge(endpoints, "eu/a", "n1")));

    [Fact]
    public void Process_that_does_not_know_its_place_calls_all()
    {
        Assert.Equal("0 1", First(Merge("Ready a n1, Ready b n2", own: null, node: null)));
        Assert.Equal("0 1", First(Merge("Ready a -, Ready b -", own: "eu", node: "n1")));
    }

    [Fact]
    public void Own_node_alone_leaves_hints_aside()
    {
        var merge = Merge("Ready b -, Ready a -", "eu/a", "n1", new ServiceSpec(null, null, null, null, null, false, "Local"), nodes: ["n1", "n2"]);

        Assert.Equal("0", First(merge));
        Assert.Single(merge.Shown);
    }

    [Fact]
    public void Endpoint_that_comes_or_goes_decides_about_all()
    {
        var shown = Merge("Ready a -, Ready b -", "eu/a", "n1");
        shown.Merge.SetSlice("2", Slice("Ready - -", 10));
        shown.Take();
        Assert.Equal("0 1 10", First(shown));

        shown.Merge.SetSlice("2", null);
        shown.Take();
        Assert.Equal("0", First(shown));
    }

    private static string First(Taken taken) => string.Join(
        ' ',
        taken.Shown.Where(endpoint => !endpoint.IsForOthers).Select(endpoint => int.Parse(endpoint.Address.Split('.')[3], null)).Order());

    private static Taken Merge(string endpoints, string? own, string? node, ServiceSpec? service = null, string[]? nodes = null)
    {
        var merge = new EndpointMerge();
        merge.SetService(service ?? ServiceSpec.Empty, [], node);
        merge.SetSurroundings(static _ => FrozenDictionary<string, string>.Empty, new Surroundings(static _ => null, own));
        merge.SetSlice("1", Slice(endpoints, 0, nodes));
        var taken = new Taken(merge);
        taken.Take();
        return taken;
    }

    private static Slice Slice(string endpoints, int from, string[]? nodes = null) => new(
        AddressFamily.IPv4,
        [.. endpoints.Split(", ").Select((text, index) =>
        {
            var words = text.Split(' ');
            return new SliceMember(
                $"10.0.0.{from + index}", Enum.Parse<MemberCondition>(words[0]), null, nodes?[index], null, Told(string.Join(' ', words[1..^1])), Told(words[^1]));
        })],
        []);

    private static string? Told(string text) => text == "-" ? null : text;

    private sealed class Taken(EndpointMerge merge)
    {
        public EndpointMerge Merge { get; } = merge;

        public IReadOnlyList<MeshEndpoint> Shown { get; private set; } = [];

        public void Take() => Shown = Merge.Take() ?? Shown;
    }
}
