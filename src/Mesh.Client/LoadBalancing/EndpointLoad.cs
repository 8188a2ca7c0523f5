using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// What load-aware policies have learnt of one endpoint. It lives as long as the endpoint's state, so that new rules forget nothing.
/// Each fact is one 64-bit word that is exchanged whole: no lock, no torn reads, nothing allocated. Times are microseconds of the
/// <see cref="ActiveClock"/>.
/// </summary>
internal readonly struct EndpointLoad
{
    /// <summary>Low bits of <see cref="EndpointWords.Waiting"/>: 262,143 calls.</summary>
    private const int CountBits = 18;

    /// <summary>The first and the second call.</summary>
    private const double EarlyCalls = 2.5;

    private const long CountMask = (1L << CountBits) - 1;

    private readonly EndpointState _endpoint;

    private EndpointLoad(EndpointState endpoint) => _endpoint = endpoint;

    public static EndpointLoad Of(EndpointState endpoint) => new(endpoint);

    public LatencyEstimate Latency => new(Volatile.Read(ref _endpoint.Words.Latency));

    public ErrorEstimate Errors => new(Volatile.Read(ref _endpoint.Words.Errors));

    public ReportedLoad Reported => new(Volatile.Read(ref _endpoint.Words.Reported));

    /// <summary>Calls of this process to the endpoint when its last report came; may for a moment be that of another report.</summary>
    public int InFlightAtReport => Volatile.Read(ref _endpoint.Words.InFlightAtReport);

    public int Waiting => (int)(Volatile.Read(ref _endpoint.Words.Waiting) & CountMask);

    public void Begin(long now) => Interlocked.Add(ref _endpoint.Words.Waiting, (now << CountBits) + 1);

    public void End(long started) => Interlocked.Add(ref _endpoint.Words.Waiting, -((started << CountBits) + 1));

    /// <summary>The mean age of the calls that wait for headers; 0 where none does.</summary>
    public double WaitingAge(long now)
    {
        var waiting = Volatile.Read(ref _endpoint.Words.Waiting);
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
            current = Volatile.Read(ref _endpoint.Words.Latency);
        }
        while (!TryExchange(ref _endpoint.Words.Latency, new LatencyEstimate(current).With(latency, now, isEarly).Word, current));
    }

    /// <summary>A call ended otherwise: it would have taken at least so long.</summary>
    public void ObserveAtLeast(long latency, long now)
    {
        long current;
        do
        {
            current = Volatile.Read(ref _endpoint.Words.Latency);
        }
        while (!TryExchange(ref _endpoint.Words.Latency, new LatencyEstimate(current).WithAtLeast(latency, now).Word, current));
    }

    public void Count(bool isFailure, long now)
    {
        long current;
        do
        {
            current = Volatile.Read(ref _endpoint.Words.Errors);
        }
        while (!TryExchange(ref _endpoint.Words.Errors, new ErrorEstimate(current).With(isFailure, now).Word, current));
    }

    /// <summary>The newest counts.</summary>
    public void Report(ReportedLoad reported, int inFlight)
    {
        Volatile.Write(ref _endpoint.Words.InFlightAtReport, inFlight);
        Volatile.Write(ref _endpoint.Words.Reported, reported.Word);
    }

    /// <summary>True once: that its reports cannot be used is told once.</summary>
    public bool TellsOfRefusal() => Volatile.Read(ref _endpoint.Words.IsRefusalTold) == 0 && Interlocked.Exchange(ref _endpoint.Words.IsRefusalTold, 1) == 0;

    private static bool TryExchange(ref long word, long next, long current)
        => next == current || Interlocked.CompareExchange(ref word, next, current) == current;
}
