using System.Numerics;
using Mesh.Client.LoadBalancing;

namespace Mesh.Client.AspNetCore.LoadBalancing;

/// <summary>
/// The load of this server as Prequal reports it: requests in flight, and the median of what requests took lately that found about as many.
/// Safe for use by several threads, without a lock; allocates nothing.
/// </summary>
internal sealed class ServerLoad(TimeProvider timeProvider)
{
    /// <summary>Requests in flight by powers of two: 1, 2 to 3, 4 to 7 and so on, up to 32,768 and more.</summary>
    private const int Levels = 16;

    private const int SamplesPerLevel = 16;

    /// <summary>What took place before says nothing of now.</summary>
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(10);

    // Each in one word: latency in microseconds above the time of its end in milliseconds. 0 for none.
    private readonly long[] _samples = new long[Levels * SamplesPerLevel];
    private readonly int[] _next = new int[Levels];
    private readonly long _origin = timeProvider.GetTimestamp();
    private int _inFlight;

    /// <summary>A request has come.</summary>
    /// <returns>To be given to <see cref="End"/>.</returns>
    public (long Started, int InFlight) Begin() => (timeProvider.GetTimestamp(), Interlocked.Increment(ref _inFlight));

    /// <summary>It is answered.</summary>
    public void End((long Started, int InFlight) begun)
    {
        Interlocked.Decrement(ref _inFlight);
        var ended = timeProvider.GetTimestamp();
        var latency = (long)Math.Min(timeProvider.GetElapsedTime(begun.Started, ended).TotalMicroseconds, int.MaxValue);
        var level = LevelOf(begun.InFlight);
        var sample = (uint)(Interlocked.Increment(ref _next[level]) - 1) % SamplesPerLevel;
        Volatile.Write(ref _samples[(level * SamplesPerLevel) + sample], (Math.Max(1, latency) << 32) | Milliseconds(ended));
    }

    public LoadReport Report()
    {
        var inFlight = Math.Max(0, Volatile.Read(ref _inFlight));
        var now = Milliseconds(timeProvider.GetTimestamp());
        var level = LevelOf(inFlight);

        // The nearest level that knows something, the busier one first: less is promised.
        for (var distance = 0; distance < Levels; distance++)
        {
            if (Median(level + distance, now) is var above and > 0)
            {
                return new(inFlight, above);
            }

            if (Median(level - distance, now) is var below and > 0)
            {
                return new(inFlight, below);
            }
        }

        return new(inFlight, 0);
    }

    private static int LevelOf(int inFlight) => Math.Min(BitOperations.Log2((uint)Math.Max(1, inFlight)), Levels - 1);

    private uint Milliseconds(long timestamp) => (uint)(long)timeProvider.GetElapsedTime(_origin, timestamp).TotalMilliseconds;

    private long Median(int level, uint now)
    {
        if ((uint)level >= Levels)
        {
            return 0;
        }

        Span<long> latencies = stackalloc long[SamplesPerLevel];
        var count = 0;
        foreach (ref var place in _samples.AsSpan(level * SamplesPerLevel, SamplesPerLevel))
        {
            var sample = Volatile.Read(ref place);
            if (sample != 0 && (int)(now - (uint)sample) <= MaximumAge.TotalMilliseconds)
            {
                latencies[count++] = sample >> 32;
            }
        }

        latencies[..count].Sort();
        return count == 0 ? 0 : latencies[count / 2];
    }
}
