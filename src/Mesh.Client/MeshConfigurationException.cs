namespace Mesh.Client;

/// <summary>The rules that were given at the start cannot be used. Thrown by the start of the host, by the first client where there is
/// none, and by <see cref="MeshClient.CreateHandler"/>. Once a mesh runs, bad rules are refused and logged, and never thrown.</summary>
public sealed class MeshConfigurationException : Exception
{
    /// <summary>Creates the exception from all findings; its message lists the errors, one a line.</summary>
    /// <param name="findings">All findings, errors and others.</param>
    public MeshConfigurationException(IReadOnlyList<MeshFinding> findings)
        : base(Describe(findings))
    {
        Findings = findings;
    }

    /// <summary>Everything that was found, warnings and infos included, in the order of the documents.</summary>
    public IReadOnlyList<MeshFinding> Findings { get; }

    private static string Describe(IReadOnlyList<MeshFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var errors = findings.Where(finding => finding.Severity == MeshFindingSeverity.Error).Select(finding => "  " + finding);
        return "The mesh rules cannot be used; nothing was started with them. Mend these and start again:"
            + Environment.NewLine + string.Join(Environment.NewLine, errors);
    }
}
