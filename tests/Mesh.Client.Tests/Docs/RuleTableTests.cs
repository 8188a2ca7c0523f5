using System.Text.RegularExpressions;
using Mesh.Client.Configuration;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Docs;

/// <summary>docs/rules.md says what the program does with each field, and leaves none out.</summary>
public sealed partial class RuleTableTests
{
    private static readonly string[] UnbuiltCodes =
    [
        FindingCodes.UnbuiltField, FindingCodes.UnbuiltCondition, FindingCodes.UnbuiltResource, FindingCodes.GatewayAccepted,
        FindingCodes.IgnoredHostnames, FindingCodes.UnsupportedFilter,
    ];

    private static readonly IReadOnlyDictionary<string, string> States = ReadStates();

    public static TheoryData<string> Rows => [.. States.Keys];

    public static TheoryData<string> Mappings => [.. RuleExamples.Mappings.Keys];

    [Fact]
    public void Page_and_examples_have_the_same_fields()
    {
        Assert.Empty(States.Keys.Except(RuleExamples.All.Keys));
        Assert.Empty(RuleExamples.All.Keys.Except(States.Keys));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Field_loads_as_the_page_says(string field)
    {
        var document = Loading.Yaml(RuleExamples.All[field]);

        switch (States[field])
        {
            case "yes":
                Loading.NotRefused(document);
                Assert.DoesNotContain(document.Findings, IsUnbuilt);
                Assert.DoesNotContain(document.Findings, finding => finding.Code == FindingCodes.UnbuiltSecurity);
                break;
            case "not yet" or "n/a":
                Loading.NotRefused(document);
                Assert.Contains(document.Findings, finding => IsUnbuilt(finding) && Names(finding, field));
                break;
            case "error":
                Loading.NotRefused(document);
                Assert.Contains(document.Findings, finding => finding is { Code: FindingCodes.UnbuiltSecurity, Severity: MeshFindingSeverity.Error });
                break;
            case "refused":
                Assert.True(document.IsRefused);
                break;
            default:
                Assert.Fail($"The page gives '{field}' the state '{States[field]}', which it does not explain.");
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Mappings))]
    public void Page_lists_every_field_that_the_program_knows(string mapping)
    {
        var document = Loading.Yaml(RuleExamples.Mappings[mapping]);
        var known = KnownFields.Of(document);

        var listed = States.Keys.Where(field => field.StartsWith(mapping, StringComparison.Ordinal)).Select(field => FirstName().Match(field[mapping.Length..]).Value);
        Assert.Equal(known.Order(StringComparer.Ordinal), listed.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_lists_every_kind_that_the_program_knows()
    {
        string[] groups = ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io", ResourceKinds.GatewayApi];
        var listed = States.Keys.Where(field => field.StartsWith("Other kinds ", StringComparison.Ordinal)).Select(field => field["Other kinds ".Length..]);

        Assert.Equal(
            groups.SelectMany(ResourceKinds.InGroup).Order(StringComparer.Ordinal),
            listed.Concat(["VirtualService", "DestinationRule", "ServiceEntry", "WorkloadEntry", "Sidecar", "HTTPRoute", "GRPCRoute"]).Order(StringComparer.Ordinal));
    }

    private static bool IsUnbuilt(MeshFinding finding) => UnbuiltCodes.Contains(finding.Code);

    /// <summary>The finding stands at the field; for a whole resource at its spec.</summary>
    private static bool Names(MeshFinding finding, string field)
    {
        if (field.StartsWith("Other kinds ", StringComparison.Ordinal))
        {
            return finding.Path == "spec";
        }

        var name = field[(field.LastIndexOfAny(['.', ' ']) + 1)..].Replace("[]", "", StringComparison.Ordinal);
        return finding.Path.EndsWith("." + name, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> ReadStates()
    {
        var states = new Dictionary<string, string>();
        var section = "";
        foreach (var line in DocFile.Get("docs/rules.md").Text.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                section = line[3..];
            }
            else if (section.Length > 0 && Row().Match(line) is { Success: true } row)
            {
                states.Add($"{section} {row.Groups["field"].Value}", row.Groups["state"].Value);
            }
        }

        return states;
    }

    [GeneratedRegex(@"^\| `(?<field>[^`]+)` \| (?<state>[^|]+?) \|", RegexOptions.CultureInvariant)]
    private static partial Regex Row();

    [GeneratedRegex("^[A-Za-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex FirstName();
}
