namespace Mesh.Client;

/// <summary>The rules that were given at start cannot be used. Thrown once, with everything that was found.</summary>
public sealed class MeshConfigurationException : Exception
{
    /// <summary>Creates the exception from all findings; its message lists the errors, one a line.</summary>
    /// <param name="findings">All findings, errors and others.</param>
    public MeshConfigurationException(IReadOnlyList<MeshFinding> findings)
        : base(Describe(findings))
    {
        Findings = findings;
    }

    /// <summary>Everything that was found, in the order of the documents.</summary>
    public IReadOnlyList<MeshFinding> Findings { get; }

    private static string Describe(IReadOnlyList<MeshFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var errors = findings.Where(finding => finding.Severity == MeshFindingSeverity.Error).Select(finding => "  " + finding);
        return "The mesh rules cannot be used; nothing was started with them. Mend these and start again:"
            + Environment.NewLine + string.Join(Environment.NewLine, errors);
    }
}
