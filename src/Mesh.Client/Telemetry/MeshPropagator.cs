using System.Diagnostics;
using System.Net;

namespace Mesh.Client.Telemetry;

/// <summary>
/// The propagator of every sockets handler that sends calls of the mesh. System.Net.Http asks it to write headers once per attempt, with the span of
/// that attempt: the one place where the span is within reach, and the last word after libraries that overwrite headers when it starts.
/// Requests that are not calls of the mesh go to the wrapped propagator untouched.
/// </summary>
internal sealed class MeshPropagator : DistributedContextPropagator
{
    private readonly DistributedContextPropagator _inner;
    private readonly string? _peerAddress;
    private readonly object? _peerPort;

    private MeshPropagator(DistributedContextPropagator inner, string? peerAddress, int peerPort)
    {
        _inner = inner;
        // A name is not the address of the peer.
        _peerAddress = IPAddress.TryParse(peerAddress, out _) || peerAddress is ['/', ..] ? peerAddress : null;
        _peerPort = _peerAddress is not null && peerPort > 0 ? peerPort : null;
    }

    public override IReadOnlyCollection<string> Fields => _inner.Fields;

    /// <summary>For <see cref="SocketsHttpHandler.ActivityHeadersPropagator"/>, in place of what stands there; null, which turns propagation off,
    /// stays null. Wrapping again changes the endpoint only.</summary>
    /// <param name="inner">The propagator of the handler.</param>
    /// <param name="peerAddress">Where the handler dials one endpoint only, its IP address or socket path; it goes to the spans of attempts.</param>
    /// <param name="peerPort">The port of that endpoint, 0 for none.</param>
    public static DistributedContextPropagator? Wrap(DistributedContextPropagator? inner, string? peerAddress = null, int peerPort = 0) =>
        inner is null ? null : new MeshPropagator(inner is MeshPropagator wrapped ? wrapped._inner : inner, peerAddress, peerPort);

    /// <summary>Who writes trace context for calls that go through a sockets handler with this propagator.</summary>
    public static TraceWriter WriterOf(DistributedContextPropagator? propagator)
    {
        var inner = propagator is MeshPropagator wrapped ? wrapped._inner : propagator;
        return inner is null || ReferenceEquals(inner, CreateNoOutputPropagator()) ? TraceWriter.Nobody : TraceWriter.Transport;
    }

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (activity is null || carrier is not HttpRequestMessage request || !CallContext.TryGet(request, out var context))
        {
            _inner.Inject(activity, carrier, setter);
            return;
        }

        Enrich(activity, context);
        if (context.Writer != TraceWriter.Transport)
        {
            return;
        }

        var headers = request.Headers;
        // Only a W3C activity can write these anew; beside another one what the mesh wrote at the start of the call stays.
        if ((activity.IdFormat == ActivityIdFormat.W3C && !BreaksOff(activity)) || context.ApplicationTraceParent is not null)
        {
            Restore(request, TraceHeaders.TraceParent, context.ApplicationTraceParent);
            Restore(request, TraceHeaders.TraceState, context.ApplicationTraceState);
        }

        var baggage = RestoreBaggage(request, context, activity);
        _inner.Inject(activity, carrier, setter);

        // The wrapped propagator never overwrites a header; what it added beside the above is not wanted.
        if (context is { ApplicationTraceParent: not null, ApplicationTraceState: null })
        {
            headers.Remove(TraceHeaders.TraceState);
        }

        if (baggage is null)
        {
            headers.Remove(TraceHeaders.Baggage);
        }

        headers.Remove(TraceHeaders.CorrelationContext);
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        _inner.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        _inner.ExtractBaggage(carrier, getter);

    private void Enrich(Activity activity, CallContext context)
    {
        if (!activity.IsAllDataRequested)
        {
            return;
        }

        if (context.ResendCount > 0)
        {
            activity.SetTag(TelemetryTags.ResendCount, context.ResendCount);
        }

        if (_peerAddress is not null)
        {
            activity.SetTag(TelemetryTags.PeerAddress, _peerAddress);
        }

        if (_peerPort is not null)
        {
            activity.SetTag(TelemetryTags.PeerPort, _peerPort);
        }
    }

    /// <summary>Where W3C ids are forced (OpenTelemetry's SDK does it for the whole process), a span below an Activity with another kind of id
    /// begins a trace of its own. The captured trace, where there is one, is the one to go on.</summary>
    private static bool BreaksOff(Activity activity) =>
        activity.Parent is { IdFormat: not ActivityIdFormat.W3C } && IncomingContext.Current is { TraceParent: not null };

    /// <summary>OpenTelemetry's instrumentation replaces these headers as soon as the span starts, the application's own included.</summary>
    private static void Restore(HttpRequestMessage request, string name, string? value)
    {
        var current = TraceHeaders.Read(request.Headers, name);
        if (current != value)
        {
            TraceHeaders.Write(request.Headers, name, value);
        }
    }

    private static string? RestoreBaggage(HttpRequestMessage request, CallContext context, Activity activity)
    {
        var current = TraceHeaders.Read(request.Headers, TraceHeaders.Baggage);
        if (current == context.Baggage)
        {
            return current;
        }

        var baggage = context is { ReceivesContext: true, ApplicationBaggage: null } && current is not null
            ? ContextPropagator.ComposeBaggage(context.Peer, null, current, activity, context.Writer, context.IsMarked)
            : context.Baggage;
        TraceHeaders.Write(request.Headers, TraceHeaders.Baggage, baggage);
        return baggage;
    }
}
