using System.Diagnostics;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Telemetry;

/// <summary>What an incoming request brought along for the calls that are made while it is handled. Immutable.</summary>
internal sealed class IncomingContext
{
    private static readonly AsyncLocal<Holder?> Ambient = new();

    /// <summary>The context of the request that is being handled; null outside of one, and in work that outlives its request.</summary>
    public static IncomingContext? Current => Ambient.Value?.Context;

    /// <summary>A valid W3C <c>traceparent</c>, or null where there was none or where an Activity carries it.</summary>
    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>The baggage header, null where an Activity carries it.</summary>
    public string? Baggage { get; init; }

    /// <summary>The request says that it is sent again, or on behalf of one that is.</summary>
    public bool IsRetry { get; init; }

    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; init; } = [];

    /// <summary>The class that the baggage names; null where it names none.</summary>
    public MeshCriticality? Criticality { get; init; }

    /// <summary>The sender's address without a port, never sent on; null where the rules do not ask for it.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>The headers <c>Cookie</c>, never sent on; empty where the rules do not ask for them.</summary>
    public StringValues Cookies { get; init; }

    /// <summary>Until when the sender waits; null where it does not say, or the rules do not ask for it.</summary>
    public IncomingDeadline? Deadline { get; init; }

    /// <summary><see cref="TraceParent"/> as the parent of spans; default where there is none.</summary>
    public ActivityContext ParentContext =>
        ActivityContext.TryParse(TraceParent, TraceState, isRemote: true, out var context) ? context : default;

    /// <summary>True where <see cref="Begin"/> was called for this request and its scope is still open.</summary>
    public static bool HasBegun(object owner) => Ambient.Value is { } holder && ReferenceEquals(holder.Owner, owner);

    /// <summary>Makes <paramref name="context"/> current until the scope is disposed; null hides an outer one.</summary>
    public static Scope Begin(IncomingContext? context, object owner)
    {
        var outer = Ambient.Value;
        var holder = new Holder(context, owner);
        Ambient.Value = holder;
        return new Scope(holder, outer);
    }

    /// <summary>The end of a request. Work that it started keeps the flow of its ExecutionContext, hence the holder that is emptied.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly Holder _holder;
        private readonly Holder? _outer;

        internal Scope(Holder holder, Holder? outer)
        {
            _holder = holder;
            _outer = outer;
        }

        public void Dispose()
        {
            _holder.Clear();
            Ambient.Value = _outer;
        }
    }

    internal sealed class Holder(IncomingContext? context, object owner)
    {
        private volatile IncomingContext? _context = context;
        private volatile object? _owner = owner;

        public IncomingContext? Context => _context;

        public object? Owner => _owner;

        public void Clear()
        {
            _context = null;
            _owner = null;
        }
    }
}
