namespace Mesh.Client.LoadBalancing;

/// <summary>
/// Failures and calls of about the last hundred, fewer with time. One word: failures and calls in 1/256, above the time of the last change.
/// </summary>
internal readonly record struct ErrorEstimate(long Word)
{
    /// <summary>So many calls are remembered.</summary>
    public const double Memory = 100;

    /// <summary>Time constant in microseconds after which what is remembered weighs e times less: an endpoint that failed and gets no
    /// calls is tried again in the end.</summary>
    public const double ForgettingTime = 30e6;

    /// <summary>Calls are counted with their time this coarsely, in microseconds, so that most successes after many leave the word as it is.</summary>
    private const double Freshness = 500e3;

    private const double Scale = 256;

    private ErrorEstimate(double failures, double calls, uint stamp)
        : this(((long)(failures * Scale) << 48) | ((long)(calls * Scale) << 32) | stamp)
    {
    }

    public double Failures => (ulong)Word >> 48 is var failures ? failures / Scale : 0;

    public double Calls => ((Word >> 32) & ushort.MaxValue) / Scale;

    /// <summary>False where nothing failed that is remembered: then <see cref="Penalty"/> is 1.</summary>
    public bool HasFailures => (ulong)Word >> 48 != 0;

    /// <summary>By how much failures multiply the cost of an endpoint: 1 without, and for the smallest error rate that explains them (with
    /// confidence) the square of the calls that one answer takes.</summary>
    public double Penalty(long now)
    {
        if (!HasFailures)
        {
            return 1;
        }

        var kept = KeptUntil(now);
        var successes = 1 - WilsonBound.Lower(Failures * kept, Calls * kept);
        return 1 / (successes * successes);
    }

    public ErrorEstimate With(bool isFailure, long now)
    {
        if (!isFailure && Failures == 0 && Calls >= Memory - 1 && CoarseTime.Since((uint)Word, now) < Freshness)
        {
            return this;
        }

        var kept = KeptUntil(now);
        kept = Math.Min(kept, (Memory - 1) / Math.Max(Memory - 1, Calls * kept));
        return new((Failures * kept) + (isFailure ? 1 : 0), (Calls * kept) + 1, CoarseTime.Of(now));
    }

    private double KeptUntil(long now) => CoarseTime.Since((uint)Word, now) is var age and > 0 ? Math.Exp(-age / ForgettingTime) : 1;
}
