namespace Mesh.Client.TestKit;

/// <summary>The mesh's own seeded generator, counting its draws.</summary>
internal sealed class SeededRandom(long seed) : MeshRandom
{
    private readonly MeshRandom _inner = Seeded(seed);
    private long _draws;

    public long Draws => Interlocked.Read(ref _draws);

    public override ulong NextUInt64()
    {
        Interlocked.Increment(ref _draws);
        return _inner.NextUInt64();
    }
}
