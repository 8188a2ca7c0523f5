namespace Mesh.Client;

/// <summary>The one source of chance, injected so that every choice can be repeated. Safe for use by several threads, without a lock.</summary>
internal abstract class MeshRandom
{
    /// <summary>A generator seeded by the operating system.</summary>
    public static MeshRandom Unseeded { get; } = new SharedRandom();

    /// <summary>A generator whose sequence depends on <paramref name="seed"/> alone.</summary>
    public static MeshRandom Seeded(long seed) => new SplitMixRandom(seed);

    /// <summary>Uniform over all 64-bit values.</summary>
    public abstract ulong NextUInt64();

    /// <summary>Uniform over 0 to <paramref name="exclusiveMaximum"/> - 1; the bias of the multiply-shift is below 2^-32.</summary>
    public int Next(int exclusiveMaximum) => (int)(((NextUInt64() >> 32) * (ulong)(uint)exclusiveMaximum) >> 32);

    /// <summary>Uniform over [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    private sealed class SharedRandom : MeshRandom
    {
#pragma warning disable RS0030 // the one adapter around the framework's generator
        public override ulong NextUInt64() => (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
#pragma warning restore RS0030
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): its state is a plain counter, so one interlocked addition makes it thread-safe.</summary>
    private sealed class SplitMixRandom(long seed) : MeshRandom
    {
        private long _state = seed;

        public override ulong NextUInt64()
        {
            var mixed = (ulong)Interlocked.Add(ref _state, unchecked((long)0x9E3779B97F4A7C15));
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
