using System.Text;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>What there is to say about an object.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Its name.</param>
/// <param name="Object">The version it is about.</param>
/// <param name="Findings">Warnings and errors, the errors first; none where all is well.</param>
internal sealed record ObjectReport(RuleKind Kind, ResourceKey Key, RuleObject Object, IReadOnlyList<MeshFinding> Findings)
{
    private const string More = " ...";

    public bool IsRefused => Findings.Any(finding => finding.RefusesDocument);

    public string Reason => IsRefused ? "RuleRefused" : Findings.Count > 0 ? "RuleFindings" : "RuleAccepted";

    /// <summary>Everything in one text of at most so many bytes.</summary>
    public string Describe(int longest)
    {
        var text = IsRefused
            ? "Refused as a whole; its last good version stays in force where there was one. "
            : Findings.Count > 0 ? "In force, with findings. " : "In force, without findings.";
        text += string.Join(" ", Findings.Select(finding => $"{finding.Code} {(finding.Path.Length > 0 ? finding.Path + ": " : "")}{finding.Message}{(finding.Fix is null ? "" : " " + finding.Fix)}"));
        return Cut(text, longest);
    }

    private static string Cut(string text, int longest)
    {
        if (Encoding.UTF8.GetByteCount(text) <= longest)
        {
            return text;
        }

        var bytes = 0;
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > longest - More.Length)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.Append(More).ToString();
    }
}
