using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Telemetry;

/// <summary>
/// What was decided about the trace headers of a call, kept with its request: an attempt's span, a resend, and an outer handler that sends the
/// same message again must tell the application's headers from those written on the way. Immutable; the plain ones are shared.
/// </summary>
internal sealed record CallContext
{
    private static readonly HttpRequestOptionsKey<CallContext> Key = new("Mesh.Client.CallContext");

    /// <summary>A call without a trace to which the mesh gave a fresh <c>traceparent</c> and nothing else.</summary>
    public static CallContext Fresh { get; } = new() { Peer = PeerMetadata.None, ReceivesContext = false, Writer = TraceWriter.Transport };

    /// <summary>A call on which the mesh put nothing.</summary>
    public static CallContext Untouched { get; } = new() { Peer = PeerMetadata.None, ReceivesContext = false, Writer = TraceWriter.Transport };

    public required PeerMetadata Peer { get; init; }

    public required bool ReceivesContext { get; init; }

    public required TraceWriter Writer { get; init; }

    /// <summary>What sends the request may look for this with it. Where the mesh writes trace context itself, nothing below has spans.</summary>
    public bool IsAskedFor => Writer != TraceWriter.Mesh;

    /// <summary>The headers as the application set them, null where it did not.</summary>
    public string? ApplicationTraceParent { get; init; }

    public string? ApplicationTraceState { get; init; }

    public string? ApplicationBaggage { get; init; }

    /// <summary>The baggage header as the mesh wrote it, null where it wrote none.</summary>
    public string? Baggage { get; init; }

    /// <summary>The captured headers that the mesh put on the request, without those that the application had set itself.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Copied { get; init; } = [];

    /// <summary>The call is made for an incoming request that is a retry, or is itself made for one.</summary>
    public bool IsInChain { get; init; }

    /// <summary>The attempt repeats another of the same call, and its host is told so.</summary>
    public bool IsRetry { get; init; }

    /// <summary>The baggage has a <see cref="RetryMark"/>, where the host receives any.</summary>
    public bool IsMarked => IsInChain || IsRetry;

    /// <summary>0 for the first attempt.</summary>
    public int ResendCount { get; init; }

    public static bool TryGet(HttpRequestMessage request, [NotNullWhen(true)] out CallContext? context) =>
        request.Options.TryGetValue(Key, out context);

    public void Attach(HttpRequestMessage request) => request.Options.Set(Key, this);

    public static void Detach(HttpRequestMessage request) => ((IDictionary<string, object?>)request.Options).Remove(Key.Key);
}
