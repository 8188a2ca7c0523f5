using Mesh.Client.Configuration;

namespace Mesh.Client.Resilience;

/// <summary>
/// A circuit breaker with Polly's semantics (Polly.Core, <c>CircuitStateController</c> and <c>AdvancedCircuitBehavior</c>), as two questions in
/// place of a wrapped call, without a lock, and small enough for every endpoint. A test runs it beside Polly's. It opens at a failure while
/// there were at least <c>minimumThroughput</c> attempts during <c>samplingDuration</c> and <c>failureRatio</c> of them or more failed. After
/// <c>breakDuration</c> the next attempt goes through on trial, and the first outcome reported from then on closes it, with all counts
/// forgotten, or opens it anew.
/// </summary>
/// <param name="settings">The rule's.</param>
/// <param name="timeProvider">The mesh's clock.</param>
internal sealed class CircuitBreaker(BreakerConfiguration settings, TimeProvider timeProvider)
{
    private static readonly Circuit Closed = new(MeshCircuitState.Closed, 0);

    private readonly RollingCounts _counts = new(timeProvider);
    private BreakerConfiguration _settings = settings;
    private Circuit _circuit = Closed;

    /// <summary>Newer rules judge what was counted under the older ones; a break that runs ends as it was begun.</summary>
    public BreakerConfiguration Settings
    {
        get => Volatile.Read(ref _settings);
        set => Volatile.Write(ref _settings, value);
    }

    public MeshCircuitState State => Volatile.Read(ref _circuit).State;

    /// <summary>The timestamp from which on an attempt goes through; means something while it is open.</summary>
    public long OpenUntil => Volatile.Read(ref _circuit).Until;

    /// <summary>An attempt would be refused now.</summary>
    public bool IsRefusing(long now) => Volatile.Read(ref _circuit) is var circuit && (circuit.State == MeshCircuitState.HalfOpen || (circuit.State == MeshCircuitState.Open && now < circuit.Until));

    /// <summary>Attempts during the sampling duration, and failures among them.</summary>
    public (int Attempts, int Failures) Count(long now) => _counts.Sum(now, Settings.SamplingDuration);

    /// <summary>Whether an attempt may begin. One that is <see cref="CircuitEntry.OnTrial"/> has to end with <see cref="Report"/> or
    /// <see cref="Abandon"/>.</summary>
    /// <param name="now">A timestamp of the clock.</param>
    public CircuitEntry TryEnter(long now)
    {
        var circuit = Volatile.Read(ref _circuit);
        if (circuit.State == MeshCircuitState.Closed)
        {
            return CircuitEntry.Passed;
        }

        return circuit.State == MeshCircuitState.Open && now >= circuit.Until && TryMove(circuit, new(MeshCircuitState.HalfOpen, 0))
            ? CircuitEntry.OnTrial
            : CircuitEntry.Refused;
    }

    /// <summary>An attempt ended, whenever it began.</summary>
    /// <param name="now">A timestamp of the clock.</param>
    /// <param name="isFailure">It counts against what it was sent to.</param>
    /// <returns>The state that it brought about; null where it changed nothing.</returns>
    public MeshCircuitState? Report(long now, bool isFailure)
    {
        var settings = Settings;
        var circuit = Volatile.Read(ref _circuit);
        if (circuit.State == MeshCircuitState.HalfOpen)
        {
            return isFailure ? Open(circuit, now, settings) : Close(circuit);
        }

        // Those that began before it opened are counted too, and change nothing.
        _counts.Add(now, settings.SamplingDuration, isFailure ? RollingCounts.First + RollingCounts.Second : RollingCounts.First);
        return isFailure && circuit.State == MeshCircuitState.Closed && IsTooMuch(now, settings) ? Open(circuit, now, settings) : null;
    }

    /// <summary>An attempt on trial came to nothing that could be judged: the next one takes its place. To Polly that is a success, and closes
    /// the circuit: a caller who gives up would send all others to an endpoint of which nothing is known.</summary>
    /// <returns>Open, or null where an outcome was faster.</returns>
    public MeshCircuitState? Abandon()
    {
        var circuit = Volatile.Read(ref _circuit);
        return circuit.State == MeshCircuitState.HalfOpen && TryMove(circuit, new(MeshCircuitState.Open, 0)) ? MeshCircuitState.Open : null;
    }

    private bool IsTooMuch(long now, BreakerConfiguration settings)
    {
        var (attempts, failures) = _counts.Sum(now, settings.SamplingDuration);
        return attempts >= settings.MinimumThroughput && failures / (double)attempts >= settings.FailureRatio;
    }

    private MeshCircuitState? Open(Circuit circuit, long now, BreakerConfiguration settings)
        => TryMove(circuit, new(MeshCircuitState.Open, DetachedTimer.After(timeProvider, now, settings.BreakDuration))) ? MeshCircuitState.Open : null;

    private MeshCircuitState? Close(Circuit circuit)
    {
        if (!TryMove(circuit, Closed))
        {
            return null;
        }

        _counts.Clear();
        return MeshCircuitState.Closed;
    }

    private bool TryMove(Circuit from, Circuit to) => Interlocked.CompareExchange(ref _circuit, to, from) == from;

    /// <summary>One object, so that both are read together and only one of those who would change it does.</summary>
    private sealed class Circuit(MeshCircuitState state, long until)
    {
        public MeshCircuitState State { get; } = state;

        public long Until { get; } = until;
    }
}
