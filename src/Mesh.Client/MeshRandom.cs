using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Mesh.Client;

/// <summary>The one source of chance, injected so that every choice can be repeated. Safe for use by several threads, without a lock.</summary>
internal abstract class MeshRandom
{
    /// <summary>Generators seeded by the operating system, one for each thread.</summary>
    public static MeshRandom Unseeded { get; } = new ThreadRandom();

    /// <summary>A generator whose sequence depends on <paramref name="seed"/> alone.</summary>
    public static MeshRandom Seeded(long seed) => new SplitMixRandom(seed);

    /// <summary>Uniform over all 64-bit values.</summary>
    public abstract ulong NextUInt64();

    /// <summary>Uniform over 0 to <paramref name="exclusiveMaximum"/> - 1; the bias of the multiply-shift is below 2^-32.</summary>
    public int Next(int exclusiveMaximum) => (int)(((NextUInt64() >> 32) * (ulong)(uint)exclusiveMaximum) >> 32);

    /// <summary>Uniform over [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    // SplitMix64 (Steele, Lea, Flood 2014): its state is a plain counter in steps of this.
    private const long Step = unchecked((long)0x9E3779B97F4A7C15);

    private static ulong Mix(ulong counter)
    {
        var mixed = (counter ^ (counter >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>No two threads share a counter, so nothing is interlocked. What is static here is chance, not state of a mesh.</summary>
    private sealed class ThreadRandom : MeshRandom
    {
        [ThreadStatic]
        private static long _counter;

        // Zero stands for a thread that never drew; a counter that comes past it begins anew elsewhere.
        public override ulong NextUInt64()
        {
            var counter = _counter;
            _counter = counter = unchecked((counter == 0 ? Seed() : counter) + Step);
            return Mix((ulong)counter);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static long Seed()
        {
            Span<byte> seed = stackalloc byte[sizeof(long)];
            RandomNumberGenerator.Fill(seed);
            return BitConverter.ToInt64(seed);
        }
    }

    /// <summary>One interlocked addition makes it thread-safe.</summary>
    private sealed class SplitMixRandom(long seed) : MeshRandom
    {
        private long _counter = seed;

        public override ulong NextUInt64() => Mix((ulong)Interlocked.Add(ref _counter, Step));
    }
}
