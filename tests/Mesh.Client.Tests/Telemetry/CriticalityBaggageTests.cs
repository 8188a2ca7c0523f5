using CsCheck;
using Mesh.Client.Telemetry;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Tests.Telemetry;

public sealed class CriticalityBaggageTests
{
    [Theory]
    [InlineData("mesh.criticality=SHEDDABLE", MeshCriticality.Sheddable)]
    [InlineData("a=1, mesh.criticality = SHEDDABLE_PLUS ;p=1,b=2", MeshCriticality.SheddablePlus)]
    [InlineData("mesh.criticality=critical", MeshCriticality.Critical)]
    [InlineData("mesh.criticality=CRITICAL_PLUS,mesh.criticality=SHEDDABLE", MeshCriticality.CriticalPlus)]
    [InlineData("mesh.criticality=%53HEDDABLE%5FPLUS", MeshCriticality.SheddablePlus)]
    [InlineData("mesh.criticality=%53HEDDABLE%", null)]
    [InlineData("mesh.criticality=URGENT,mesh.criticality=SHEDDABLE", null)]
    [InlineData("mesh.criticality=", null)]
    [InlineData("mesh.criticality", null)]
    [InlineData("a=mesh.criticality=SHEDDABLE", null)]
    [InlineData("xmesh.criticality=SHEDDABLE", null)]
    [InlineData("MESH.CRITICALITY=SHEDDABLE", null)]
    [InlineData("mesh.criticality=3", null)]
    [InlineData("", null)]
    public void Find_takes_the_first_member_of_the_key_if_it_is_a_class(string header, MeshCriticality? expected)
        => Assert.Equal(expected, CriticalityBaggage.Find(header));

    [Fact]
    public void Find_looks_into_several_headers_up_to_the_limit_of_the_specification()
    {
        Assert.Equal(MeshCriticality.Sheddable, CriticalityBaggage.Find(new StringValues(["a=1", null, "mesh.criticality=SHEDDABLE"])));
        Assert.Null(CriticalityBaggage.Find(new StringValues([new string('a', BaggageWriter.MaximumBytes), "mesh.criticality=SHEDDABLE"])));
    }

    [Fact]
    public void Find_never_throws_whatever_comes_in()
        => Gen.String[Gen.Char["mesh.criticality=SHDABLE,;% \0\u00E4"], 0, 60].Sample(header => CriticalityBaggage.Find(header));

    [Fact]
    public void Find_reads_what_is_written()
        => Assert.All(Enum.GetValues<MeshCriticality>(), criticality => Assert.Equal(
            criticality, CriticalityBaggage.Find(PeerMetadata.None.With(criticality).Baggage)));

    [Fact]
    public void Class_stands_behind_the_peer_metadata_and_is_built_once()
    {
        var peer = PeerMetadata.Of(new() { Workload = new() { Name = "web" } });

        Assert.Equal($"{peer.Baggage},mesh.criticality=SHEDDABLE", peer.With(MeshCriticality.Sheddable).Baggage);
        Assert.Same(peer.With(MeshCriticality.Sheddable), peer.With(MeshCriticality.Sheddable));
        Assert.Equal(peer.Members + 1, peer.With(MeshCriticality.Sheddable).Members);
    }

    [Fact]
    public void Call_options_refuse_what_is_no_class()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new MeshCallOptions { Criticality = (MeshCriticality)4 });
}
