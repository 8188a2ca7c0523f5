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
    public void Documentation_lists_every_code_once_in_order_with_its_meaning()
    {
        var rows = File.ReadLines(RepositoryRoot.Combine("docs", "findings.md"))
            .Where(line => line.StartsWith("| MESH", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToList();

        Assert.Equal(Codes.Order(StringComparer.Ordinal), rows.Select(row => row[1]));
        Assert.All(rows, row => Assert.EndsWith(".", row[2], StringComparison.Ordinal));
    }
}
