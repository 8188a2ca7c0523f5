using System.Runtime.CompilerServices;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// Peak EWMA (Finagle, linkerd2-proxy), tempered: a longer latency is believed by half at once, a shorter one by and by, and without calls the
/// estimate decays, so that an endpoint that was slow is tried again. One word: the latency as a float above the time of the last change. The word 0
/// knows nothing; a negative latency knows from calls without an answer only that it is not shorter.
/// </summary>
internal readonly record struct LatencyEstimate(long Word)
{
    /// <summary>Time constant of the average and of the decay, in microseconds. Shorter, and slow endpoints are tried too often; longer, and
    /// endpoints that have recovered leave their share to the others for too long.</summary>
    public const double DecayTime = 5e6;

    /// <summary>What an answer counts that took longer than the estimate: of two the second is nearly believed. With all of it an estimate is that of the
    /// slowest answer of late, and endpoints that are equal differ by chance more than by load.</summary>
    public const double RiseWeight = 0.5;

    /// <summary>What the newest answer counts at least: an endpoint that recovered gets few calls to show it with.</summary>
    public const double LeastWeight = 0.3;

    private LatencyEstimate(double latency, uint stamp)
        : this(((long)BitConverter.SingleToInt32Bits((float)latency) << 32) | stamp)
    {
    }

    /// <summary>There was an answer.</summary>
    public bool IsKnown => Word > 0;

    /// <summary>The estimate at the last change, in microseconds.</summary>
    public double Latency => Math.Abs(BitConverter.Int32BitsToSingle((int)(Word >>> 32)));

    /// <summary>Microseconds since the last change.</summary>
    public double Silence(long now) => CoarseTime.Since((uint)Word, now);

    /// <summary>The estimate as it has decayed until now.</summary>
    public double Decayed(long now) => Decay(Latency, Silence(now));

    /// <summary>What is left of <paramref name="latency"/> after some silence. Not made part of its callers, of which few come here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static double Decay(double latency, double silence) => silence > 0 ? latency * Math.Exp(-silence / DecayTime) : latency;

    /// <summary>Whether more than <paramref name="time"/> is left.</summary>
    public static bool IsLongerThan(double time, double latency, double silence) => MayBeLongerThan(time, latency, silence) && Decay(latency, silence) > time;

    /// <summary>False where no more than <paramref name="time"/> can be left: after a long silence the first terms of the series tell, without the
    /// exponential function, which takes longer than the rest of a comparison.</summary>
    public static bool MayBeLongerThan(double time, double latency, double silence) => latency > time * (1 + (silence * (1 / DecayTime)));

    /// <summary>With an answer that took <paramref name="latency"/>.</summary>
    /// <param name="latency">In microseconds.</param>
    /// <param name="now">When it came.</param>
    /// <param name="isEarly">It is one of the first: of those the fastest counts, since a first answer is slow for reasons that pass.</param>
    public LatencyEstimate With(long latency, long now, bool isEarly = false)
    {
        if (isEarly && latency < Latency)
        {
            return new(Math.Max(1, latency), CoarseTime.Of(now));
        }

        if (!IsKnown || latency >= Latency)
        {
            var risen = IsKnown ? Latency + ((latency - Latency) * RiseWeight) : latency;
            return new(Math.Max(1, risen), CoarseTime.Of(now));
        }

        var kept = Math.Min(Decay(1, Silence(now)), 1 - LeastWeight);
        return new(Math.Max(1, (Latency * kept) + (latency * (1 - kept))), CoarseTime.Of(now));
    }

    /// <summary>With a call that ended without an answer after <paramref name="latency"/>: its answer would have taken at least so long. Where
    /// the estimate was longer it stays, and its decay begins anew from there.</summary>
    public LatencyEstimate WithAtLeast(long latency, long now)
    {
        var sign = IsKnown ? 1 : -1;
        if (latency >= Latency)
        {
            return new(sign * Math.Max(1, latency), CoarseTime.Of(now));
        }

        return latency > Decayed(now)
            ? new(sign * Latency, CoarseTime.Of(now - (long)(DecayTime * Math.Log(Latency / Math.Max(1, latency)))))
            : this;
    }
}
