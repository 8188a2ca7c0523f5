using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mesh.Client.Configuration;
using Mesh.Client.Tests.Docs;

namespace Mesh.Client.Tests.Configuration.Schema;

/// <summary>The schema has the fields that the program and the pages have, and no others.</summary>
public sealed partial class SchemaFieldsTests
{
    [Fact]
    public void Schema_has_the_fields_that_the_program_knows()
        => Assert.All(SchemaFile.Places.Where(place => place.IsClosed), place =>
        {
            var finding = UnknownField(place);
            Assert.True(finding is not null, $"The schema is closed at {place}, and the program takes any field there: remove additionalProperties from it.");

            string Spelling(string name) => place.IsIstio ? name : char.ToUpperInvariant(name[0]) + name[1..];
            var known = KnownFields.Of(finding).Select(Spelling).ToHashSet();
            var described = place.Fields.Select(Spelling).ToHashSet();

            Assert.True(known.SetEquals(described),
                $"At {place} ConfigurationSchema.json lacks [{string.Join(", ", known.Except(described))}] and has [{string.Join(", ", described.Except(known))}] too many.");
        });

    [Fact]
    public void Program_knows_no_fields_where_the_schema_takes_any()
        => Assert.All(SchemaFile.Places.Where(place => !place.IsClosed && !place.IsForbidden), place =>
        {
            var finding = UnknownField(place);

            Assert.True(finding is null, $"At {place} ConfigurationSchema.json lists no fields, and the program does: {finding?.Message}");
        });

    [Fact]
    public void Every_map_of_rules_is_that_of_a_kind()
        => Assert.Equal(
            SchemaFile.Places.Where(place => place.Outer is { Outer: null } && place.Name != "Services" && place.Schema["additionalProperties"] is JsonObject)
                .Select(place => place.Name!).Order(StringComparer.Ordinal),
            SectionJson.Maps.Values.Order(StringComparer.Ordinal));

    /// <summary>Spelt as there: an editor compares with regard to case.</summary>
    [Fact]
    public void Schema_describes_each_field_of_the_page_of_rules()
    {
        var paths = from row in RuleExamples.All.Keys
                    let words = row.Split(' ')
                    where SectionJson.Maps.ContainsKey(words[0])
                    select $"Mesh:{SectionJson.Maps[words[0]]}:{SchemaFile.AnyKey}:{words[1].Replace("[]", ":0", StringComparison.Ordinal).Replace('.', ':')}";

        AssertDescribed(paths);
    }

    [Fact]
    public void Schema_describes_each_key_of_the_page_of_settings()
        => AssertDescribed(SettingsTableTests.Keys.Select(key => Number().Replace($"Mesh:{key}".Replace(":Services:N", $":Services:{SchemaFile.AnyKey}", StringComparison.Ordinal), ":0")));

    private static MeshFinding? UnknownField(SchemaPlace place)
        => place.Findings(new JsonObject { ["NoSuch"] = 1 }, ":NoSuch").FirstOrDefault(finding => finding.Code == FindingCodes.UnknownField);

    private static void AssertDescribed(IEnumerable<string> paths)
    {
        var all = paths.ToList();
        Assert.NotEmpty(all);
        Assert.Empty(all.Except(SchemaFile.Places.Select(place => place.Path)));
    }

    [GeneratedRegex(":N(?=:|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
