using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Docs;

/// <summary>What the finding about a field that does not exist names instead.</summary>
internal static class KnownFields
{
    private const string Introduction = "known are ";

    public static string[] Of(LoadedDocument document) => Of(document.Findings.Single(finding => finding.Code == FindingCodes.UnknownField));

    public static string[] Of(MeshFinding finding)
    {
        var message = finding.Message;
        return message[(message.IndexOf(Introduction, StringComparison.Ordinal) + Introduction.Length)..].TrimEnd('.').Split(", ");
    }
}
