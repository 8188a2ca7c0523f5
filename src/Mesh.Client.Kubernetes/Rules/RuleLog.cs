using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>The log messages of rules from an API server, numbered from 9100.</summary>
internal static partial class RuleLog
{
    public const string Category = "Mesh.Client.Kubernetes";

    [LoggerMessage(9100, LogLevel.Warning, "Starting without all rules of the API server, which did not give them within {Wait}; they are taken when they come.", EventName = "RulesLate")]
    public static partial void Late(ILogger logger, TimeSpan wait);

    [LoggerMessage(9101, LogLevel.Information, "All rules of the API server are known: {Objects} objects of {Kinds} kinds.", EventName = "RulesKnown")]
    public static partial void Known(ILogger logger, int objects, int kinds);

    [LoggerMessage(9102, LogLevel.Error, "The API server is asked in vain which kinds of rules it serves: {Problem}", EventName = "RuleKindsUnknown")]
    public static partial void KindsUnknown(ILogger logger, string problem);

    [LoggerMessage(9103, LogLevel.Debug, "Asking the API server which kinds of rules it serves failed, {Failures} times in a row now: {Problem}", EventName = "RuleKindsAttemptFailed")]
    public static partial void KindsAttemptFailed(ILogger logger, int failures, string problem);

    [LoggerMessage(9104, LogLevel.Warning, "The API server does not say which kinds of rules it serves, so that each is asked for by itself: {Problem}", EventName = "RuleKindsHidden")]
    public static partial void KindsHidden(ILogger logger, string problem);
}
