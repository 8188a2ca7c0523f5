using System.Buffers;
using System.Diagnostics;
using System.Net.Http.Headers;
using Mesh.Client.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Telemetry;

/// <summary>Puts trace context, captured headers and peer metadata on outgoing requests.</summary>
/// <remarks>Where an attempt has a span, <see cref="MeshPropagator"/> has the last word on the trace headers.</remarks>
internal static class ContextPropagator
{
    /// <summary>Before the first attempt of a call to a known host, and before its route is chosen, since rules match captured headers too.
    /// <paramref name="receivesContext"/> is false for hosts outside the mesh: they get trace context only.</summary>
    /// <param name="request">The request.</param>
    /// <param name="receivesContext">The host may get captured headers, baggage and peer metadata.</param>
    /// <param name="configuration">The rules of the call.</param>
    /// <param name="writer">Who writes the trace context of a call that has an Activity.</param>
    /// <param name="isTraced">Attempts have spans, which look for what was decided here with the request; to keep it there costs a dictionary.</param>
    /// <returns>What was decided; <see cref="EndCall"/> takes it back.</returns>
    public static CallContext BeginCall(
        HttpRequestMessage request,
        bool receivesContext,
        MeshConfiguration configuration,
        TraceWriter writer = TraceWriter.Transport,
        bool isTraced = true)
    {
        var headers = request.Headers;
        var peer = PeerMetadata.Of(configuration);
        if (!isTraced && writer != TraceWriter.Nobody && (peer.Baggage is null || !receivesContext) && IncomingContext.Current is null)
        {
            return BeginPlainCall(headers);
        }

        var traceParent = TraceHeaders.Read(headers, TraceHeaders.TraceParent);
        var traceState = TraceHeaders.Read(headers, TraceHeaders.TraceState);
        var applicationBaggage = TraceHeaders.Read(headers, TraceHeaders.Baggage);
        if (traceParent is null && writer != TraceWriter.Nobody)
        {
            WriteTraceContext(headers, writer, traceState);
        }

        var baggage = applicationBaggage;
        IReadOnlyList<KeyValuePair<string, StringValues>> copied = [];
        if (receivesContext)
        {
            copied = CopyCapturedHeaders(headers);
            baggage = ComposeBaggage(peer, applicationBaggage, null, writer == TraceWriter.Nobody ? null : Activity.Current, writer);
            TraceHeaders.Write(headers, TraceHeaders.Baggage, baggage);
        }

        var context = peer.Plain(receivesContext, writer);
        if (traceParent is not null || traceState is not null || applicationBaggage is not null || copied.Count > 0
            || !ReferenceEquals(baggage, context.Baggage))
        {
            context = context with
            {
                ApplicationTraceParent = traceParent,
                ApplicationTraceState = traceState,
                ApplicationBaggage = applicationBaggage,
                Baggage = baggage,
                Copied = copied,
            };
        }

        if (isTraced && context.IsAskedFor)
        {
            context.Attach(request);
        }

        return context;
    }

    /// <summary>Before each further attempt of a traced call (<paramref name="resendCount"/> from 1): what the last attempt's span wrote is taken
    /// away, so that this one is written fresh.</summary>
    public static void BeginResend(HttpRequestMessage request, CallContext context, int resendCount)
    {
        // Without an Activity no attempt rewrites the header: the one from the start of the call serves all attempts.
        if (context is { Writer: TraceWriter.Transport, ApplicationTraceParent: null } && Activity.Current is { IdFormat: ActivityIdFormat.W3C })
        {
            request.Headers.Remove(TraceHeaders.TraceParent);
            TraceHeaders.Write(request.Headers, TraceHeaders.TraceState, context.ApplicationTraceState);
        }

        if (context.IsAskedFor)
        {
            (context with { ResendCount = resendCount }).Attach(request);
        }
    }

    /// <summary>Takes away all that the mesh put on the request: the same message may go on to a host that the mesh does not know (a redirect), or
    /// come again (a retry above the mesh), and then nothing must look as if the application had set it.</summary>
    public static void EndCall(HttpRequestMessage request, CallContext context, bool isTraced = true)
    {
        if (ReferenceEquals(context, CallContext.Fresh))
        {
            request.Headers.Remove(TraceHeaders.TraceParent);
            return;
        }

        if (ReferenceEquals(context, CallContext.Untouched))
        {
            return;
        }

        RestoreApplicationHeaders(request.Headers, context);
        if (isTraced && context.IsAskedFor)
        {
            CallContext.Detach(request);
        }
    }

    /// <summary>A parent for the spans of a request that goes out beside its call: in the trace of its header, and not recorded. Null without one.</summary>
    public static Activity? StartUnsampled(HttpRequestHeaders headers)
        => ActivityContext.TryParse(TraceHeaders.Read(headers, TraceHeaders.TraceParent), null, out var context)
            ? new Activity(MeshTelemetry.CallActivityName) { IsAllDataRequested = false }.SetParentId(context.TraceId, context.SpanId, ActivityTraceFlags.None).Start()
            : null;

    /// <summary>The baggage for a host inside the mesh: who we are, then what the application or another library wrote, else the ambient baggage.
    /// Null for none.</summary>
    internal static string? ComposeBaggage(PeerMetadata peer, string? application, string? foreign, Activity? activity, TraceWriter writer)
    {
        if (application is not null)
        {
            // The application's own header is kept as it stands, even where it is not well-formed.
            return peer.Baggage is null || peer.Baggage.Length + 1 + application.Length > BaggageWriter.MaximumBytes
                ? application
                : string.Concat(peer.Baggage, ",", application);
        }

        var captured = writer == TraceWriter.Nobody ? null : IncomingContext.Current?.Baggage;
        if (captured is null && foreign is null && (activity is null || !activity.Baggage.Any()))
        {
            return peer.Baggage;
        }

        var buffer = ArrayPool<char>.Shared.Rent(BaggageWriter.MaximumBytes);
        try
        {
            var text = new BaggageWriter(buffer.AsSpan(0, BaggageWriter.MaximumBytes));
            text.AddFinished(peer);
            text.AddHeader(foreign);
            foreach (var (key, value) in activity?.Baggage ?? [])
            {
                if (!PeerMetadata.IsKey(key))
                {
                    text.Add(key, value);
                }
            }

            text.AddHeader(captured);
            return text.ToString() is { Length: > 0 } written ? written : null;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    /// <summary>Nothing is there to carry on: no Activity, no incoming request, no workload. Most of what a call costs here are look-ups of
    /// headers, so that only the one that counts is looked up.</summary>
    private static CallContext BeginPlainCall(HttpRequestHeaders headers)
    {
        if (headers.NonValidated.Contains(TraceHeaders.TraceParent))
        {
            return CallContext.Untouched;
        }

        headers.TryAddWithoutValidation(TraceHeaders.TraceParent, TraceHeaders.CreateUnrecorded());
        return CallContext.Fresh;
    }

    private static void WriteTraceContext(HttpRequestHeaders headers, TraceWriter writer, string? traceState)
    {
        string traceParent;
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            if (writer == TraceWriter.Transport)
            {
                return;
            }

            traceParent = activity.Id!;
            traceState ??= activity.TraceStateString;
        }
        else if (IncomingContext.Current is { TraceParent: { } captured } incoming)
        {
            traceParent = captured;
            traceState ??= incoming.TraceState;
        }
        else
        {
            traceParent = TraceHeaders.CreateUnrecorded();
        }

        headers.TryAddWithoutValidation(TraceHeaders.TraceParent, traceParent);
        TraceHeaders.Write(headers, TraceHeaders.TraceState, traceState);
    }

    private static IReadOnlyList<KeyValuePair<string, StringValues>> CopyCapturedHeaders(HttpRequestHeaders headers)
    {
        if (IncomingContext.Current is not { Headers: { Count: > 0 } captured })
        {
            return [];
        }

        // Only where the application has set some of them is a list of its own needed.
        List<KeyValuePair<string, StringValues>>? copied = null;
        for (var index = 0; index < captured.Count; index++)
        {
            var (name, values) = captured[index];
            if (headers.NonValidated.Contains(name))
            {
                copied ??= [.. captured.Take(index)];
                continue;
            }

            if (values.Count == 1)
            {
                headers.TryAddWithoutValidation(name, values[0]);
            }
            else
            {
                headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }

            copied?.Add(captured[index]);
        }

        return copied ?? captured;
    }

    private static void RestoreApplicationHeaders(HttpRequestHeaders headers, CallContext context)
    {
        TraceHeaders.Write(headers, TraceHeaders.TraceParent, context.ApplicationTraceParent);
        TraceHeaders.Write(headers, TraceHeaders.TraceState, context.ApplicationTraceState);
        TraceHeaders.Write(headers, TraceHeaders.Baggage, context.ApplicationBaggage);
        foreach (var (name, _) in context.Copied)
        {
            headers.Remove(name);
        }
    }
}
