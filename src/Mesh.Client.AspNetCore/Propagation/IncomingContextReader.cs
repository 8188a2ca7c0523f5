using System.Diagnostics;
using System.Net;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.AspNetCore.Propagation;

/// <summary>Takes from an incoming request what outgoing calls carry on. Its values are the sender's: they are bounded and checked.</summary>
internal static partial class IncomingContextReader
{
    /// <summary>Characters of all captured names and values together; half of what Kestrel takes for all headers by default.</summary>
    public const int MaximumCharacters = 16 * 1024;

    /// <summary>Null where the request has nothing to carry on; then nothing was allocated.</summary>
    /// <param name="request">The request.</param>
    /// <param name="names">The headers that go on.</param>
    /// <param name="hashed">What does not go on, and is looked at where calls are kept together by it.</param>
    /// <param name="deadline">Until when its sender waits; null for no limit.</param>
    /// <param name="logger">Where it is told what cannot go on.</param>
    public static IncomingContext? Read(
        HttpContext request, IReadOnlyList<string> names, IncomingParts hashed, IncomingDeadline? deadline, ILogger logger)
    {
        var headers = request.Request.Headers;
        var budget = MaximumCharacters;
        string? traceParent = null, traceState = null, baggage = null;
        // An Activity already holds all three, and passes them on as its own children.
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C })
        {
            traceParent = TakeTraceParent(headers, ref budget, logger);
            traceState = traceParent is null ? null : Take(headers, TraceHeaders.TraceState, ref budget, logger);
            baggage = Take(headers, TraceHeaders.Baggage, ref budget, logger);
        }

        var criticality = headers.TryGetValue(TraceHeaders.Baggage, out var members) ? CriticalityBaggage.Find(members) : null;
        List<KeyValuePair<string, StringValues>>? captured = null;
        // By index: the enumerator of an interface is an object.
        for (var index = 0; index < names.Count; index++)
        {
            var name = names[index];
            if (headers.TryGetValue(name, out var values) && values.Count > 0 && CanTravel(name, logger)
                && IsAcceptable(name, values, ref budget, logger))
            {
                (captured ??= []).Add(new(name, values));
            }
        }

        var isRetry = IsRetry(headers);
        var address = (hashed & IncomingParts.RemoteAddress) != 0 ? TextOf(request.Connection.RemoteIpAddress) : null;
        var cookies = (hashed & IncomingParts.Cookies) != 0 ? headers.Cookie : default;
        return traceParent is null && baggage is null && captured is null && criticality is null && !isRetry && address is null && cookies.Count == 0 && deadline is null
            ? null
            : new IncomingContext
            {
                TraceParent = traceParent,
                TraceState = traceState,
                Baggage = baggage,
                IsRetry = isRetry,
                Headers = captured ?? [],
                Criticality = criticality,
                RemoteAddress = address,
                Cookies = cookies,
                Deadline = deadline,
            };
    }

    /// <summary>From the header, whoever else reads it: an Activity may have been given its baggage by another propagator.</summary>
    private static bool IsRetry(IHeaderDictionary headers)
    {
        foreach (var value in headers.TryGetValue(TraceHeaders.Baggage, out var values) ? values : default)
        {
            if (RetryMark.IsIn(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One spelling for one sender, on whichever kind of socket it came.</summary>
    private static string? TextOf(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : address?.ToString();

    private static string? TakeTraceParent(IHeaderDictionary headers, ref int budget, ILogger logger)
    {
        var value = Take(headers, TraceHeaders.TraceParent, ref budget, logger);
        return value is not null && ActivityContext.TryParse(value, null, out var context)
            && context.TraceId != default && context.SpanId != default ? value : null;
    }

    private static string? Take(IHeaderDictionary headers, string name, ref int budget, ILogger logger) =>
        headers.TryGetValue(name, out var values) && values.Count > 0 && IsAcceptable(name, values, ref budget, logger) ? values.ToString() : null;

    private static bool IsAcceptable(string name, StringValues values, ref int budget, ILogger logger)
    {
        var length = name.Length;
        foreach (var value in values)
        {
            if (!TraceHeaders.IsSendable(value))
            {
                Log.Unsendable(logger, name);
                return false;
            }

            length += value.Length;
        }

        if (length > budget)
        {
            Log.TooLong(logger, name, length, MaximumCharacters);
            return false;
        }

        budget -= length;
        return true;
    }

    /// <summary>Trace headers and deadlines have rules of their own, and a message's framing is never that of another message.</summary>
    private static bool CanTravel(string name, ILogger logger)
    {
        if (Matches(TraceHeaders.TraceParent) || Matches(TraceHeaders.TraceState) || Matches(TraceHeaders.Baggage))
        {
            return false;
        }

        if (Matches(DeadlineHeaders.Expected) || Matches(DeadlineHeaders.Grpc) || Matches("Host") || Matches("Connection") || Matches("Keep-Alive") || Matches("Proxy-Connection") || Matches("Transfer-Encoding")
            || Matches("TE") || Matches("Trailer") || Matches("Upgrade") || Matches("Expect") || name.StartsWith(':')
            || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
        {
            Log.NotCarried(logger, name);
            return false;
        }

        return true;

        bool Matches(string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventIds.Incoming, LogLevel.Debug,
            "Incoming header {Header} is not carried on: its value holds characters that an outgoing request cannot have (only printable ASCII is sent).")]
        public static partial void Unsendable(ILogger logger, string header);

        [LoggerMessage(
            EventIds.Incoming + 1, LogLevel.Debug,
            "Incoming header {Header} is not carried on: its {Length} characters go beyond the {Limit} that a request may hand on altogether.")]
        public static partial void TooLong(ILogger logger, string header, int length, int limit);

        [LoggerMessage(
            EventIds.Incoming + 2, LogLevel.Debug,
            "Incoming header {Header} is listed in Mesh:Propagation:Headers but never carried on: it belongs to one message only.")]
        public static partial void NotCarried(ILogger logger, string header);
    }
}
