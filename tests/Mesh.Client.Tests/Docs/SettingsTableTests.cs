using System.Text.RegularExpressions;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Docs;

/// <summary>docs/configuration.md lists every key of the section, and none that is not there.</summary>
public sealed partial class SettingsTableTests
{
    internal static IReadOnlyList<string> Keys { get; } = ReadKeys();

    [Theory]
    [InlineData("", """{ "NoSuch": 1 }""")]
    [InlineData("Workload:", """{ "Workload": { "NoSuch": 1 } }""")]
    [InlineData("OutboundTrafficPolicy:", """{ "OutboundTrafficPolicy": { "NoSuch": 1 } }""")]
    [InlineData("Propagation:", """{ "Propagation": { "NoSuch": 1 } }""")]
    [InlineData("x-mesh:", """{ "x-mesh": { "NoSuch": 1 } }""")]
    [InlineData("State:", """{ "State": { "NoSuch": 1 } }""")]
    [InlineData("Dns:", """{ "Dns": { "NoSuch": 1 } }""")]
    [InlineData("Services:N:", """{ "Services": { "a": { "NoSuch": 1 } } }""")]
    [InlineData("Services:N:Ports:N:", """{ "Services": { "a": { "Ports": [ { "Number": 1, "NoSuch": 1 } ] } } }""")]
    [InlineData("Services:N:Endpoints:N:", """{ "Services": { "a": { "Endpoints": [ { "Address": "a:1", "NoSuch": 1 } ] } } }""")]
    public void Page_lists_the_keys_that_the_program_knows(string mapping, string section)
    {
        var known = KnownFields.Of(DocumentLoader.Load(MeshDocument.FromMeshJson("appsettings.json", section)));
        var listed = Keys.Where(key => key.StartsWith(mapping, StringComparison.Ordinal)).Select(key => key[mapping.Length..].Split(':')[0]);

        Assert.Equal(
            known.Select(key => key.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal),
            listed.Select(key => key.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>The first cell of each row; those of the second table are keys of a service.</summary>
    private static List<string> ReadKeys()
    {
        var text = DocFile.Get("docs/configuration.md").Text;
        text = text[..text.IndexOf("```", StringComparison.Ordinal)];
        var service = text.IndexOf("A service:", StringComparison.Ordinal);
        return
        [
            .. from Match row in Row().Matches(text)
               from Match key in Key().Matches(row.Groups["cell"].Value)
               select (row.Index > service ? "Services:N:" : "") + key.Groups["key"].Value,
        ];
    }

    [GeneratedRegex(@"^\| (?<cell>`[^|]+) \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<key>[^`]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
