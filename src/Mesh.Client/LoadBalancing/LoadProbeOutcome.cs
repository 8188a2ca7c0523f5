namespace Mesh.Client.LoadBalancing;

/// <summary>What became of a probe.</summary>
internal enum LoadProbeOutcome
{
    /// <summary>A report came.</summary>
    Answered,

    /// <summary>An answer came, without a report that could be used.</summary>
    NoReport,

    /// <summary>No answer came in time.</summary>
    Failed,
}
