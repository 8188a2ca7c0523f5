using System.Reflection;
using Mesh.Client.Configuration;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Configuration;

/// <summary>The codes against the page that users look them up on.</summary>
public sealed class FindingCodesTests
{
    private static readonly IReadOnlyList<string> Codes =
    [
        .. new[] { typeof(FindingCodes), typeof(SourceFindings) }
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field is { IsLiteral: true } && field.FieldType == typeof(string))
            .Select(field => (string)field.GetRawConstantValue()!),
    ];

    [Fact]
    public void Codes_are_well_formed_and_each_has_one_meaning()
    {
        Assert.All(Codes, code => Assert.Matches("^MESH[0-9]{4}$", code));
        Assert.Equal(Codes.Distinct(), Codes);
    }

    [Fact]
    public void Aliases_are_codes_of_istioctl_or_Kiali()
        => Assert.All(Codes.SelectMany(FindingAliases.Of), alias => Assert.Matches("^(IST|KIA)[0-9]{4}$", alias));

    [Fact]
    public void Codes_are_all_in_the_table_of_aliases() => Assert.All(Codes, code => Assert.True(FindingAliases.IsKnown(code), code));

    [Theory]
    [InlineData(MeshFindingSeverity.Error, "IST0106")]
    [InlineData(MeshFindingSeverity.Warning, "IST0133")]
    [InlineData(MeshFindingSeverity.Info, null)]
    public void Aliases_of_the_schema_follow_the_severity(MeshFindingSeverity severity, string? alias)
        => Assert.Equal(alias is null ? [] : [alias], FindingAliases.Of(FindingCodes.BadExportTo, severity));

    [Fact]
    public void Finding_tells_its_aliases_once()
    {
        var finding = Loading.Route("- route:\n  - destination: { host: a, subset: v1 }\n");
        var told = Assert.Single(ConfigurationMerger.Merge([finding]).Findings);

        Assert.Equal(["IST0101", "KIA1107"], told.Aliases);
        Assert.Contains("warning MESH0703 (IST0101, KIA1107): VirtualService default/reviews: ", told.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("IST", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Documentation_lists_every_code_once_in_order_with_its_meaning()
    {
        var rows = File.ReadLines(RepositoryRoot.Combine("docs", "findings.md"))
            .Where(line => line.StartsWith("| MESH", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToList();

        Assert.Equal(Codes.Order(StringComparer.Ordinal), rows.Select(row => row[1]));
        Assert.All(rows, row => Assert.EndsWith(".", row[2], StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Equal((row[1], string.Join(", ", FindingAliases.Of(row[1]))), (row[1], row[3])));
    }
}
