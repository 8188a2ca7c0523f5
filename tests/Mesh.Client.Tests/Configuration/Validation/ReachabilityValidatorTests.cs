using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Validation;

public sealed class ReachabilityValidatorTests
{
    [Theory]
    [InlineData("{ uri: { prefix: /a } }", "{ uri: { prefix: /a } }")]
    [InlineData("{ uri: { prefix: /a } }", "{ uri: { prefix: /a/b } }")]
    [InlineData("{ uri: { prefix: /a } }", "{ uri: { exact: /ab } }")]
    [InlineData("{ headers: { a: { exact: b }, c: {} } }", "{ headers: { c: {}, a: { exact: b } } }")]
    [InlineData("{ port: 80, name: x }", "{ port: 80, name: y }")]
    public void Check_a_rule_whose_matches_are_taken_before_it_is_told(string first, string second)
        => Assert.Equal(["IST0130"], Loading.Warned(Rules(first, second), FindingCodes.Unreachable, "spec.http[1]").Aliases);

    [Theory]
    [InlineData("{ uri: { prefix: /a } }", "{ uri: { prefix: /b } }")]
    [InlineData("{ uri: { prefix: /a/b } }", "{ uri: { prefix: /a } }")]
    [InlineData("{ uri: { exact: /a } }", "{ uri: { prefix: /a } }")]
    [InlineData("{ uri: { prefix: /a }, port: 80 }", "{ uri: { prefix: /a } }")]
    [InlineData("{ uri: { prefix: /a } }", "{ uri: { prefix: /a }, ignoreUriCase: true }")]
    [InlineData("{ headers: { a: { exact: b } } }", "{ withoutHeaders: { a: { exact: b } } }")]
    [InlineData("{ headers: { a: { exact: b } } }", "{ headers: { a: { prefix: b } } }")]
    public void Check_a_rule_that_a_call_can_reach_is_fine(string first, string second) => Loading.Clean(Rules(first, second));

    [Fact]
    public void Check_one_match_of_several_that_takes_no_call_is_told()
    {
        var document = Rules("{ uri: { prefix: /a } }, { uri: { exact: /a/b } }", "{ uri: { prefix: /a/c } }, { uri: { prefix: /d } }");

        Assert.Equal(["IST0131"], Loading.Informed(document, FindingCodes.IneffectiveMatch, "spec.http[0].match[1]").Aliases);
        Loading.Informed(document, FindingCodes.IneffectiveMatch, "spec.http[1].match[0]");
        Assert.Equal(2, document.Findings.Count);
    }

    [Theory]
    [InlineData("match: [ { uri: { prefix: /a } } ]")]
    [InlineData("name: all")]
    public void Check_a_rule_after_one_that_delegates_can_be_reached(string first)
        => Loading.Clean(Loading.Route($"- {first}\n  delegate: {{ name: other }}\n- match: [ {{ uri: {{ prefix: /a }} }} ]\n  route:\n  - destination: {{ host: b }}\n"));

    private static LoadedDocument Rules(string first, string second)
        => Loading.Route($"- match: [ {first} ]\n  route:\n  - destination: {{ host: a }}\n- match: [ {second} ]\n  route:\n  - destination: {{ host: b }}\n");
}
