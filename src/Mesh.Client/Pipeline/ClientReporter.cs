using System.Collections.Concurrent;
using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Pipeline;

/// <summary>Tells what calls of a client ran into, once for each client and matter: what one call met all of its kind will meet. Of so many
/// clients in all, since names of clients may be made from user input.</summary>
internal sealed class ClientReporter(ILogger logger)
{
    private const int Limit = 1000;

    private readonly ConcurrentDictionary<string, bool> _toldOfBody = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, bool> _toldOfHeader = new(StringComparer.Ordinal);

    /// <summary>A header by which a caller changes how its call is made has a value that cannot be used.</summary>
    /// <param name="client">The client's name.</param>
    /// <param name="host">The logical host that was called.</param>
    /// <param name="header">The header.</param>
    /// <param name="value">The value, or the part of it that is wrong.</param>
    /// <param name="reason">What is wrong with it.</param>
    public void BadRequestHeader(string client, string host, string header, string value, string reason)
    {
        if (IsFirst(_toldOfHeader, client) && logger.IsEnabled(LogLevel.Warning))
        {
            PipelineLog.BadRequestHeader(logger, client, host, header, FindingSink.Quote(value), reason);
        }
    }

    /// <summary>A retry was due, and the request's body could be sent once only.</summary>
    /// <param name="client">The client's name.</param>
    /// <param name="host">The logical host that was called.</param>
    /// <param name="condition">The retry condition that held.</param>
    /// <param name="body">What the body is.</param>
    public void BodyKeptRetry(string client, string host, string condition, BodyObstacle body)
    {
        if (IsFirst(_toldOfBody, client) && logger.IsEnabled(LogLevel.Warning))
        {
            PipelineLog.BodyKeptRetry(logger, client, host, condition, RetryStopTexts.Describe(body));
        }
    }

    private static bool IsFirst(ConcurrentDictionary<string, bool> told, string client)
        => !told.ContainsKey(client) && told.Count < Limit && told.TryAdd(client, true);
}
