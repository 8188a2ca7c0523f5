namespace Mesh.Client.LoadBalancing;

/// <summary>Whether an answer brought a report, and one that can be used.</summary>
internal enum LoadReportState
{
    /// <summary>It brought none.</summary>
    None,

    /// <summary>It did.</summary>
    Usable,

    /// <summary>The header stands there several times.</summary>
    Repeated,

    /// <summary>The header is not of the form of a report.</summary>
    Malformed,

    /// <summary>Its numbers are larger than any server's.</summary>
    OutOfRange,
}
