using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("weigth", "weight")]
    [InlineData("WIEGHT", "weight")]
    [InlineData("hots", "host")]
    [InlineData("prot", "port")]
    [InlineData("subste", "subset")]
    [InlineData("destinatoin", "destination")]
    [InlineData("timout", "timeout")]
    [InlineData("retrys", "retries")]
    public void Find_misspelt_name_gives_the_one_that_was_meant(string written, string meant)
        => Assert.Equal(meant, NearestName.Find(written, ["name", "port", "host", "subset", "weight", "destination", "timeout", "retries"]));

    [Theory]
    [InlineData("tsoh")]
    [InlineData("mirrors")]
    [InlineData("")]
    public void Find_name_that_is_far_from_all_gives_none(string written)
        => Assert.Null(NearestName.Find(written, ["host", "weight"]));

    [Fact]
    public void Find_prefers_the_nearer_of_two_near_names()
        => Assert.Equal("headers", NearestName.Find("haeders", ["holders", "headers"]));

    [Fact]
    public void Find_text_too_long_for_a_name_gives_none()
        => Assert.Null(NearestName.Find(new string('a', 65), [new string('a', 64)]));
}
