using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Reading;

/// <summary>Texts that are large or odd in one way: each ends with few findings, and would not end in the time of a test if the cost grew with the square.</summary>
public sealed class HostileTextTests
{
    private const int Size = 1_000_000;

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: ")]
    [InlineData("\n")]
    [InlineData("\t")]
    [InlineData("---\n")]
    [InlineData("# x\n")]
    [InlineData("a\n")]
    [InlineData("\"")]
    [InlineData("|\n")]
    [InlineData("&a ")]
    [InlineData("!a ")]
    [InlineData("%a\n")]
    public void Load_a_long_odd_yaml_ends_with_few_findings(string part)
        => Assert.InRange(Loading.Yaml(string.Concat(Enumerable.Repeat(part, Size / part.Length))).Findings.Count, 0, FindingSink.Limit + 2);

    [Theory]
    [InlineData("[", "")]
    [InlineData("{\"a\":", "")]
    [InlineData("[0", ",0")]
    [InlineData("{\"a\":0", ",\"a\":0")]
    [InlineData("/*", "*")]
    [InlineData("\"", "\\u0041")]
    public void Load_a_long_odd_json_ends_with_few_findings(string start, string part)
        => Assert.InRange(Loading.Section(start + string.Concat(Enumerable.Repeat(part.Length == 0 ? start : part, Size / 4))).Findings.Count, 1, FindingSink.Limit + 2);

    [Fact]
    public void Load_many_unknown_fields_and_wildcards_end_with_few_findings()
    {
        var fields = string.Join(',', Enumerable.Range(0, 200_000).Select(index => $"\"field{index}\":0"));
        var hosts = string.Join(',', Enumerable.Range(0, 100_000).Select(index => $"\"*.h{index}.com\""));

        Assert.InRange(Loading.Section("{" + fields + "}").Findings.Count, FindingSink.Limit, FindingSink.Limit + 2);
        Assert.True(Loading.Section("{ \"VirtualServices\": { \"a\": { \"hosts\": [" + hosts + "] } } }").IsRefused);
    }

    [Fact]
    public void Load_many_rules_are_checked_in_one_pass_each()
    {
        var hosts = string.Join(',', Enumerable.Range(0, 20_000).Select(index => $"\"h{index}.a.com\""));

        Loading.Clean(Loading.Section("{ \"VirtualServices\": { \"a\": { \"hosts\": [" + hosts + "], \"http\": [ { \"route\": [ { \"destination\": { \"host\": \"a\" } } ] } ] } } }"));
    }
}
