using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class MirrorBindingTests
{
    [Theory]
    [InlineData("mirror: { host: b }", 100)]
    [InlineData("mirror: { host: b }\n  mirrorPercentage: { value: 0.5 }", 0.5)]
    [InlineData("mirror: { host: b }\n  mirror_percentage: {}", 0)]
    [InlineData("mirrors: [ { destination: { host: b } } ]", 100)]
    [InlineData("mirrors: [ { destination: { host: b }, percentage: { value: 5 } } ]", 5)]
    public void Gotcha_19_mirror_without_a_percentage_copies_every_call(string mirror, double percentage)
    {
        var document = Load(mirror);

        Loading.Clean(document);
        var (host, share) = Assert.Single(Loading.FirstRoute(document).Mirrors) is { } bound ? (bound.Destination.Host, bound.Percentage) : default;
        Assert.Equal(("b", percentage), (host, share));
    }

    [Theory]
    [InlineData("mirror_percent")]
    [InlineData("mirrorPercent")]
    public void Load_the_older_percentage_works_and_says_so(string name)
    {
        var document = Load($"mirror: {{ host: b }}\n  {name}: 5");

        Assert.Equal(5, Loading.FirstRoute(document).Mirrors[0].Percentage);
        Loading.Informed(document, FindingCodes.Deprecated, "spec.http[0]." + name);
    }

    [Theory]
    [InlineData("mirror: { host: b }\n  mirrors: [ { destination: { host: b } } ]", FindingCodes.Conflict, "mirrors")]
    [InlineData("mirror: {}", FindingCodes.MissingField, "mirror")]
    [InlineData("mirror: { host: \"*\" }", FindingCodes.BadHost, "mirror.host")]
    [InlineData("mirror: { host: b }\n  mirrorPercentage: { value: 101 }", FindingCodes.BadPercentage, "mirrorPercentage.value")]
    [InlineData("mirror: { host: b }\n  mirrorPercent: 101", FindingCodes.OutOfRange, "mirrorPercent")]
    [InlineData("mirrors: [ {} ]", FindingCodes.MissingField, "mirrors[0]")]
    [InlineData("mirrors: [ { destination: { host: b }, percentage: { value: .nan } } ]", FindingCodes.OutOfRange, "mirrors[0].percentage.value")]
    public void Load_a_mirror_that_cannot_be_read_is_refused(string mirror, string code, string path)
        => Loading.Refused(Load(mirror), code, "spec.http[0]." + path);

    [Fact]
    public void Load_a_percentage_without_a_mirror_is_told()
        => Loading.Warned(Load("mirrorPercentage: { value: 5 }"), FindingCodes.BadMirror, "spec.http[0].mirrorPercentage");

    [Fact]
    public void Load_a_mirror_of_a_redirect_is_told()
        => Loading.Warned(Loading.Route("- redirect: { uri: /a }\n  mirror: { host: b }\n"), FindingCodes.BadMirror, "spec.http[0]");

    [Fact]
    public void Merge_a_mirror_to_an_undefined_subset_is_told()
    {
        var (_, findings) = ConfigurationMerger.Merge([Load("mirror: { host: b, subset: v9 }")]);

        Assert.Equal("spec.http[0].mirror.subset", Assert.Single(findings, finding => finding.Code == FindingCodes.DanglingSubset).Path);
    }

    private static LoadedDocument Load(string mirror) => Loading.Route($"- {mirror}\n  route:\n  - destination: {{ host: a }}\n");
}
