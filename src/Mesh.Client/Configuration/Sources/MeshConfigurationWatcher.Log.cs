using Microsoft.Extensions.Logging;

namespace Mesh.Client.Configuration;

internal sealed partial class MeshConfigurationWatcher
{
    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "Mesh rules are live: {Documents} documents, {VirtualServices} virtual services, {DestinationRules} destination rules, {Services} services.")]
        public static partial void Published(ILogger logger, int documents, int virtualServices, int destinationRules, int services);

        [LoggerMessage(1002, LogLevel.Error, "Mesh rules in {Document} are refused as a whole; {Consequence}. Found:{Findings}")]
        public static partial void Refused(ILogger logger, string document, string consequence, string findings);

        [LoggerMessage(1003, LogLevel.Information, "Mesh rules in {Document} can be used again.")]
        public static partial void Recovered(ILogger logger, string document);

        [LoggerMessage(1004, LogLevel.Error, "The source of mesh rules {MeshSource} fails; its last good rules stay live. Found:{Findings}")]
        public static partial void SourceFailing(ILogger logger, string meshSource, string findings);

        [LoggerMessage(1005, LogLevel.Information, "The source of mesh rules {MeshSource} works again.")]
        public static partial void SourceRecovered(ILogger logger, string meshSource);

        [LoggerMessage(1006, LogLevel.Error, "{Finding}")]
        public static partial void FindingError(ILogger logger, MeshFinding finding);

        [LoggerMessage(1007, LogLevel.Warning, "{Finding}")]
        public static partial void FindingWarning(ILogger logger, MeshFinding finding);

        [LoggerMessage(1008, LogLevel.Information, "{Finding}")]
        public static partial void FindingInfo(ILogger logger, MeshFinding finding);

        [LoggerMessage(1009, LogLevel.Error, "Mesh rules could be read but not put to use; the previous rules stay live. They are tried again with the next change.")]
        public static partial void RoundFailed(ILogger logger, Exception exception);

        [LoggerMessage(1010, LogLevel.Information, "Mesh rules are live after a change of {Changed}.")]
        public static partial void PublishedChange(ILogger logger, string changed);
    }
}
