using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery;

/// <summary>The log messages of discovery, numbered from 2000. A state is logged when it begins and when it ends; what repeats meanwhile is for debugging.</summary>
internal static partial class DiscoveryLog
{
    public const string Category = "Mesh.Client.Discovery";

    [LoggerMessage(2000, LogLevel.Information, "{Service} has {Count} endpoints.", EventName = "EndpointsKnown")]
    public static partial void EndpointsKnown(ILogger logger, string service, int count);

    [LoggerMessage(2001, LogLevel.Debug, "{Service} changed to {Count} endpoints.", EventName = "EndpointsChanged")]
    public static partial void EndpointsChanged(ILogger logger, string service, int count);

    [LoggerMessage(2002, LogLevel.Warning, "{Service} has no endpoints and its calls fail: {Problem}", EventName = "EndpointsEmpty")]
    public static partial void EndpointsEmpty(ILogger logger, string service, string problem);

    [LoggerMessage(2003, LogLevel.Warning, "{Service} goes on with its {Count} known endpoints, which may be out of date or incomplete: {Problem}", EventName = "EndpointsStale")]
    public static partial void EndpointsStale(ILogger logger, string service, int count, string problem);

    [LoggerMessage(2004, LogLevel.Error, "{Service} has no endpoints and its calls fail until discovery answers: {Problem}", EventName = "DiscoveryFailed")]
    public static partial void DiscoveryFailed(ILogger logger, string service, string problem);

    [LoggerMessage(2005, LogLevel.Debug, "A look-up for {Service} failed, {Failures} times now: {Problem}", EventName = "LookupFailed")]
    public static partial void LookupFailed(ILogger logger, string service, int failures, string problem);

    [LoggerMessage(2006, LogLevel.Warning, "{Service} has more than the {Maximum} endpoints that are used; the rest gets no calls from this process.", EventName = "EndpointsCut")]
    public static partial void EndpointsCut(ILogger logger, string service, int maximum);

    [LoggerMessage(2007, LogLevel.Debug, "DNS answered {Name} for one address family and not in time for the other.", EventName = "OtherFamilyLate")]
    public static partial void OtherFamilyLate(ILogger logger, string name);

    [LoggerMessage(2008, LogLevel.Error, "A listener failed on news of the endpoints of {Service}; discovery goes on.", EventName = "ListenerFailed")]
    public static partial void ListenerFailed(ILogger logger, string service, Exception exception);

    [LoggerMessage(2009, LogLevel.Warning, "{Service} has endpoints under more than the {Maximum} names that are looked up; the rest gets no calls from this process.", EventName = "NamesCut")]
    public static partial void NamesCut(ILogger logger, string service, int maximum);

    [LoggerMessage(2010, LogLevel.Warning, "Whether {Host} is a service could not be found out, so that calls to it pass by the mesh: {Problem}", EventName = "HostNotFound")]
    public static partial void HostNotFound(ILogger logger, string host, string problem);

    [LoggerMessage(2020, LogLevel.Warning, "The name server {Server} sent something that does not answer {Question}, which is passed over: somebody may be answering in its place. It is told once of each server.", EventName = "DnsStray")]
    public static partial void DnsStray(ILogger logger, string server, string question);

    [LoggerMessage(2021, LogLevel.Warning, "The SRV records of {Name} name more than {Maximum} hosts of {Service} without their addresses; the rest gets no calls from this process.", EventName = "TargetsCut")]
    public static partial void TargetsCut(ILogger logger, string service, string name, int maximum);

    [LoggerMessage(2011, LogLevel.Information, "{Service} begins with {Count} endpoints that were confirmed {Age} ago in an earlier run, until its source answers.", EventName = "EndpointsRestored")]
    public static partial void EndpointsRestored(ILogger logger, string service, int count, TimeSpan age);

    /// <summary>The state that begins with <paramref name="view"/>.</summary>
    public static void StateChanged(ILogger logger, string service, EndpointView view)
    {
        switch (view.State)
        {
            case DiscoveryState.Known:
                EndpointsKnown(logger, service, view.Endpoints.Count);
                break;
            case DiscoveryState.Stale:
                EndpointsStale(logger, service, view.Endpoints.Count, view.Problem ?? "");
                break;
            case DiscoveryState.Failed:
                DiscoveryFailed(logger, service, view.Problem ?? "");
                break;
            case DiscoveryState.Empty:
                EndpointsEmpty(logger, service, view.Problem ?? "");
                break;
            default:
                // New questions after new rules, and nothing from before.
                break;
        }
    }
}
