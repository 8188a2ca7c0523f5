using System.Text.RegularExpressions;
using Mesh.Client.Tests.Configuration.Schema;

namespace Mesh.Client.Tests.Docs;

/// <summary>docs/extensions.md lists every field of <c>x-mesh</c>, which tests of the schema hold to the program.</summary>
public sealed partial class ExtensionTableTests
{
    private const string Policy = $"Mesh:DestinationRules:{SchemaFile.AnyKey}:x-mesh:trafficPolicy:";
    private const string Route = $"Mesh:VirtualServices:{SchemaFile.AnyKey}:x-mesh:routes:{SchemaFile.AnyKey}:";

    [Fact]
    public void Page_lists_the_fields_that_the_schema_has()
    {
        var fields = Below(Policy, "trafficPolicy.").Concat(Below(Route, "routes.<name>."));
        var listed = Row().Matches(DocFile.Get("docs/extensions.md").Text).Select(row => row.Groups["field"].Value);

        Assert.Equal(fields.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Below(string root, string listedAs)
    {
        var places = SchemaFile.Places.Where(place => place.Path.StartsWith(root, StringComparison.Ordinal)).ToList();
        return places
            .Where(place => !places.Exists(inner => inner.Outer == place))
            .Select(place => place.Name == SchemaFile.AnyKey ? $"{place.Outer}:<name>" : place.Path)
            .Select(path => listedAs + path[root.Length..].Replace(":0", "[]", StringComparison.Ordinal).Replace(':', '.'));
    }

    [GeneratedRegex(@"^\| `(?<field>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
