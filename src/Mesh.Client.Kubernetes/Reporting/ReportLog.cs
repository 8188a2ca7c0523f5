using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>The log messages of reports, numbered from 9200. A failure is told when it begins and when another one takes its place.</summary>
internal static partial class ReportLog
{
    [LoggerMessage(9200, LogLevel.Information, "This process reports findings about rules from now on, for all that share lease {Lease} in namespace {Namespace}.", EventName = "ReportingBegun")]
    public static partial void Begun(ILogger logger, string lease, string @namespace);

    [LoggerMessage(9201, LogLevel.Information, "Another process reports findings about rules from now on.", EventName = "ReportingEnded")]
    public static partial void Ended(ILogger logger);

    [LoggerMessage(9202, LogLevel.Warning, "Findings about rules cannot be reported; they stay in logs, and it is tried again: {Problem}", EventName = "ReportingFailed")]
    public static partial void Failed(ILogger logger, string problem);

    [LoggerMessage(9203, LogLevel.Information, "Findings about rules can be reported again.", EventName = "ReportingRecovered")]
    public static partial void Recovered(ILogger logger);
}
