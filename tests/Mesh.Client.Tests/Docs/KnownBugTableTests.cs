using System.Text.RegularExpressions;

namespace Mesh.Client.Tests.Docs;

/// <summary>docs/discovery.md names for each known bug of others the test that shows that it is none here.</summary>
public sealed partial class KnownBugTableTests
{
    [Fact]
    public void Each_test_that_the_page_names_is_there()
    {
        var tests = typeof(KnownBugTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: true)).Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet();
        var named = Named().Matches(DocFile.Get("docs/discovery.md").Text).Select(match => match.Groups["test"].Value).ToList();

        Assert.True(named.Count > 10);
        Assert.Empty(named.Except(tests));
    }

    [GeneratedRegex("`(?<test>[A-Z][A-Za-z0-9]*Tests\\.[A-Za-z0-9_]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
