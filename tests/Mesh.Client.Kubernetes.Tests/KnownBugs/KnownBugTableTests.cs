using System.Text.RegularExpressions;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.KnownBugs;

/// <summary>docs/kubernetes.md names for each known bug of others the test that shows that it is none here.</summary>
public sealed partial class KnownBugTableTests
{
    [Fact]
    public void Each_test_that_the_page_names_is_there_and_each_that_is_there_is_named()
    {
        var tests = typeof(KubernetesClientBugTests).GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: true)).Select(method => method.Name);
        var named = Named().Matches(File.ReadAllText(RepositoryRoot.Combine("docs", "kubernetes.md"))).Select(match => match.Groups["test"].Value);

        Assert.Equal(tests.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("`KubernetesClientBugTests\\.(?<test>[A-Za-z0-9_]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
