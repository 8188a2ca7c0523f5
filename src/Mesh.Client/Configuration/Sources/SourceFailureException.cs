namespace Mesh.Client.Configuration;

/// <summary>A source cannot say what its rules are at the moment; what it said last stays. Never leaves the watcher.</summary>
internal sealed class SourceFailureException : Exception
{
    public SourceFailureException(params IReadOnlyList<MeshFinding> findings)
        : base(string.Join(Environment.NewLine, findings))
    {
        Findings = findings;
    }

    public IReadOnlyList<MeshFinding> Findings { get; }
}
