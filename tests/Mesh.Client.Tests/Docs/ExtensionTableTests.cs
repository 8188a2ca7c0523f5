using System.Text.RegularExpressions;
using Mesh.Client.Tests.Configuration.Schema;

namespace Mesh.Client.Tests.Docs;

/// <summary>docs/extensions.md lists every field of <c>x-mesh</c>, which tests of the schema hold to the program.</summary>
public sealed partial class ExtensionTableTests
{
    private const string Root = $"Mesh:DestinationRules:{SchemaFile.AnyKey}:x-mesh:";

    [Fact]
    public void Page_lists_the_fields_that_the_schema_has()
    {
        var places = SchemaFile.Places.Where(place => place.Path.StartsWith(Root + "trafficPolicy:", StringComparison.Ordinal)).ToList();
        var fields = places
            .Where(place => !places.Exists(inner => inner.Outer == place))
            .Select(place => place.Name == SchemaFile.AnyKey ? $"{place.Outer}:<name>" : place.Path)
            .Select(path => path[Root.Length..].Replace(":0", "[]", StringComparison.Ordinal).Replace(':', '.'));
        var listed = Row().Matches(DocFile.Get("docs/extensions.md").Text).Select(row => row.Groups["field"].Value);

        Assert.Equal(fields.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `(?<field>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
