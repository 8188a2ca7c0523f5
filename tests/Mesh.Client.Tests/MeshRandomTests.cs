using System.Collections.Concurrent;

namespace Mesh.Client.Tests;

public sealed class MeshRandomTests
{
    [Fact]
    public void Unseeded_numbers_of_several_threads_have_nothing_in_common()
    {
        var drawn = new ConcurrentBag<ulong>();
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var draw = 0; draw < 1_000; draw++)
            {
                drawn.Add(MeshRandom.Unseeded.NextUInt64());
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(4_000, drawn.Distinct().Count());
    }

    [Fact]
    public void Unseeded_draws_allocate_nothing()
    {
        MeshRandom.Unseeded.Next(3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var draw = 0; draw < 1_000; draw++)
        {
            MeshRandom.Unseeded.Next(3);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Seeded_sequences_depend_on_the_seed_alone()
    {
        var (one, same, other) = (MeshRandom.Seeded(7), MeshRandom.Seeded(7), MeshRandom.Seeded(8));
        var drawn = (one.NextUInt64(), one.NextUInt64());

        Assert.Equal(drawn, (same.NextUInt64(), same.NextUInt64()));
        Assert.NotEqual(drawn, (other.NextUInt64(), other.NextUInt64()));
    }
}
