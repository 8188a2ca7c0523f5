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
        var incoming = IncomingContext.Current;
        if (receivesContext && (request.GetMesh()?.Criticality ?? incoming?.Criticality) is { } criticality)
        {
            peer = peer.With(criticality);
        }

        if (!isTraced && writer != TraceWriter.Nobody && (peer.Baggage is null || !receivesContext) && incoming is null)
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
        var isInChain = incoming is { IsRetry: true };
        IReadOnlyList<KeyValuePair<string, StringValues>> copied = [];
        if (receivesContext)
        {
            copied = CopyCapturedHeaders(headers);
            baggage = ComposeBaggage(peer, applicationBaggage, null, writer == TraceWriter.Nobody ? null : Activity.Current, writer, isInChain);
            TraceHeaders.Write(headers, TraceHeaders.Baggage, baggage);
        }

        var context = peer.Plain(receivesContext, writer);
        if (traceParent is not null || traceState is not null || applicationBaggage is not null || copied.Count > 0 || isInChain
            || !ReferenceEquals(baggage, context.Baggage))
        {
            context = context with
            {
                ApplicationTraceParent = traceParent,
                ApplicationTraceState = traceState,
                ApplicationBaggage = applicationBaggage,
                Baggage = baggage,
                Copied = copied,
                IsInChain = isInChain,
            };
        }

        if (isTraced && context.IsAskedFor)
        {
            context.Attach(request);
        }

        return context;
    }

    /// <summary>Before each further attempt: a host inside the mesh is told that it is a retry.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">What was decided at the start of its call.</param>
    /// <param name="receivesContext">The host may be told.</param>
    /// <returns>What <see cref="EndCall"/> takes back from here on.</returns>
    public static CallContext MarkRetry(HttpRequestMessage request, CallContext context, bool receivesContext)
    {
        if (!receivesContext || context.IsMarked)
        {
            return context;
        }

        // Calls that share a context have left the headers of the application where they are.
        var isFresh = ReferenceEquals(context, CallContext.Fresh);
        if (isFresh || ReferenceEquals(context, CallContext.Untouched))
        {
            context = context with
            {
                ReceivesContext = true,
                ApplicationTraceParent = isFresh ? null : TraceHeaders.Read(request.Headers, TraceHeaders.TraceParent),
                ApplicationTraceState = TraceHeaders.Read(request.Headers, TraceHeaders.TraceState),
                ApplicationBaggage = TraceHeaders.Read(request.Headers, TraceHeaders.Baggage),
            };
        }

        return WriteBaggage(request, context with { IsRetry = true });
    }

    /// <summary>Takes the mark of a retry away, for what is made of the request beside its call.</summary>
    public static CallContext UnmarkRetry(HttpRequestMessage request, CallContext context)
        => context is { IsRetry: true, IsInChain: false } ? WriteBaggage(request, context with { IsRetry = false }) : context;

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

    /// <summary>The baggage for a host inside the mesh: who we are, whether this is a retry, then what the application or another library wrote,
    /// else the ambient baggage. Null for none.</summary>
    internal static string? ComposeBaggage(
        PeerMetadata peer, string? application, string? foreign, Activity? activity, TraceWriter writer, bool isRetry = false)
    {
        var captured = application is not null || writer == TraceWriter.Nobody ? null : IncomingContext.Current?.Baggage;
        if (application is not null || (captured is null && foreign is null && (activity is null || !activity.Baggage.Any())))
        {
            // The application's own header is kept as it stands, even where it is not well-formed.
            var own = Join(isRetry && !RetryMark.IsIn(application) ? RetryMark.Member : null, application);
            return Join(peer.Baggage, own);
        }

        var buffer = ArrayPool<char>.Shared.Rent(BaggageWriter.MaximumBytes);
        try
        {
            var text = new BaggageWriter(buffer.AsSpan(0, BaggageWriter.MaximumBytes));
            text.AddFinished(peer);
            if (isRetry)
            {
                text.Add(RetryMark.Key, "1");
            }

            text.AddHeader(foreign);
            foreach (var (key, value) in activity?.Baggage ?? [])
            {
                if (!PeerMetadata.IsKey(key) && key != RetryMark.Key)
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

    /// <summary>The second alone where both would be too long.</summary>
    private static string? Join(string? first, string? second)
        => first is null || (second is not null && first.Length + 1 + second.Length > BaggageWriter.MaximumBytes) ? second
            : second is null ? first
            : string.Concat(first, ",", second);

    private static CallContext WriteBaggage(HttpRequestMessage request, CallContext context)
    {
        var activity = context.Writer == TraceWriter.Nobody ? null : Activity.Current;
        var baggage = ComposeBaggage(context.Peer, context.ApplicationBaggage, null, activity, context.Writer, context.IsMarked);
        TraceHeaders.Write(request.Headers, TraceHeaders.Baggage, baggage);
        return context with { Baggage = baggage };
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
