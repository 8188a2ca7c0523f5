using System.Runtime.InteropServices;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// What load-aware policies have learnt of one endpoint. It lives as long as the endpoint's state, so that new rules forget nothing.
/// Each fact is one 64-bit word that is exchanged whole: no lock, no torn reads, nothing allocated. Times are microseconds of the
/// <see cref="ActiveClock"/>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal sealed class EndpointLoad
{
    /// <summary>Two cache lines less the object's header: calls to one endpoint do not slow down those to its neighbour in memory.</summary>
    private const int Size = 112;

    /// <summary>Low bits of <see cref="_waiting"/>: 262,143 calls.</summary>
    private const int CountBits = 18;

    /// <summary>The first and the second call.</summary>
    private const double EarlyCalls = 2.5;

    private const long CountMask = (1L << CountBits) - 1;

    /// <summary>Sum of the starting times of the calls that wait for headers, above their number. Sums wrap around; differences do not mind,
    /// as long as the ages together stay below two years.</summary>
    [FieldOffset(0)]
    private long _waiting;

    /// <summary>A <see cref="LatencyEstimate"/>.</summary>
    [FieldOffset(8)]
    private long _latency;

    /// <summary>An <see cref="ErrorEstimate"/>.</summary>
    [FieldOffset(16)]
    private long _errors;

    /// <summary>A <see cref="ReportedLoad"/>.</summary>
    [FieldOffset(24)]
    private long _reported;

    [FieldOffset(32)]
    private int _inFlightAtReport;

    [FieldOffset(36)]
    private int _isRefusalTold;

    public static EndpointLoad Of(EndpointState endpoint)
        => (EndpointLoad?)endpoint.Load ?? (EndpointLoad)endpoint.SetLoad(new EndpointLoad());

    public static EndpointLoad? Find(EndpointState endpoint) => (EndpointLoad?)endpoint.Load;

    public LatencyEstimate Latency => new(Volatile.Read(ref _latency));

    public ErrorEstimate Errors => new(Volatile.Read(ref _errors));

    public ReportedLoad Reported => new(Volatile.Read(ref _reported));

    /// <summary>Calls of this process to the endpoint when its last report came; may for a moment be that of another report.</summary>
    public int InFlightAtReport => Volatile.Read(ref _inFlightAtReport);

    public int Waiting => (int)(Volatile.Read(ref _waiting) & CountMask);

    public void Begin(long now) => Interlocked.Add(ref _waiting, (now << CountBits) + 1);

    public void End(long started) => Interlocked.Add(ref _waiting, -((started << CountBits) + 1));

    /// <summary>The mean age of the calls that wait for headers; 0 where none does.</summary>
    public double WaitingAge(long now)
    {
        var waiting = Volatile.Read(ref _waiting);
        var count = waiting & CountMask;
        if (count == 0)
        {
            return 0;
        }

        // Modulo 2^46, with the sign of the result kept: a call may have begun after now was read.
        var ages = unchecked(((count * now) << CountBits) - (waiting - count)) >> CountBits;
        return Math.Max(0, ages / (double)count);
    }

    /// <summary>An answer that was none of failure, counted already.</summary>
    public void Observe(long latency, long now)
    {
        var isEarly = Errors.Calls < EarlyCalls;
        long current;
        do
        {
            current = Volatile.Read(ref _latency);
        }
        while (!TryExchange(ref _latency, new LatencyEstimate(current).With(latency, now, isEarly).Word, current));
    }

    /// <summary>A call ended otherwise: it would have taken at least so long.</summary>
    public void ObserveAtLeast(long latency, long now)
    {
        long current;
        do
        {
            current = Volatile.Read(ref _latency);
        }
        while (!TryExchange(ref _latency, new LatencyEstimate(current).WithAtLeast(latency, now).Word, current));
    }

    public void Count(bool isFailure, long now)
    {
        long current;
        do
        {
            current = Volatile.Read(ref _errors);
        }
        while (!TryExchange(ref _errors, new ErrorEstimate(current).With(isFailure, now).Word, current));
    }

    /// <summary>The newest counts.</summary>
    public void Report(ReportedLoad reported, int inFlight)
    {
        Volatile.Write(ref _inFlightAtReport, inFlight);
        Volatile.Write(ref _reported, reported.Word);
    }

    /// <summary>True once: that its reports cannot be used is told once.</summary>
    public bool TellsOfRefusal() => Volatile.Read(ref _isRefusalTold) == 0 && Interlocked.Exchange(ref _isRefusalTold, 1) == 0;

    private static bool TryExchange(ref long word, long next, long current)
        => next == current || Interlocked.CompareExchange(ref word, next, current) == current;
}
