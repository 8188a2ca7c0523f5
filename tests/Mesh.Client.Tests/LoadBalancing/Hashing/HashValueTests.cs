using CsCheck;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.LoadBalancing.Hashing;

public sealed class HashValueTests
{
    /// <summary>Of the reference implementation of xxHash, seed 0.</summary>
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    public void Text_has_the_hash_of_its_bytes(string text, ulong expected) => Assert.Equal(expected, HashValue.Of(text));

    [Fact]
    public void Keys_of_an_endpoint_are_points_of_the_ring_of_Envoy()
        => Assert.Equal<ulong[]>([833437586790550860, 15516499411664133160], [.. new[] { HashValue.Of("127.0.0.1:94_0"), HashValue.Of("127.0.0.1:94_1") }.Order()]);

    /// <summary>All that hashing does otherwise for texts of other lengths, and for characters of one byte and of more.</summary>
    [Fact]
    public void Text_of_any_length_and_seed_has_the_hash_of_its_bytes()
        => Seeded.Sample(Gen.Select(Gen.Char[' ', '\u0100'].Array[0, 40], Gen.Bool, Gen.ULong), 10_000, sample =>
        {
            var (characters, isAscii, seed) = sample;
            var text = new string([.. characters.Select(character => isAscii ? (char)(character & 0x7F) : character)]);

            Assert.Equal(System.IO.Hashing.XxHash64.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(text), unchecked((long)seed)), HashValue.Of(text, seed));
        });

    [Fact]
    public void Long_text_has_the_hash_of_its_bytes_too()
    {
        var text = new string('\u00e4', 1000);

        Assert.Equal(System.IO.Hashing.XxHash64.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(text)), HashValue.Of(text));
    }

    [Fact]
    public void Several_values_are_chained_in_their_order()
    {
        var expected = HashValue.Of("b", HashValue.Of("a"));

        Assert.Equal(expected, HashValue.Of(["a", "b"]));
        Assert.Equal(expected, HashValue.Of(["b", "a"]));
        Assert.Equal(HashValue.Of("a"), HashValue.Of(["a"]));
    }

    [Fact]
    public void Usual_text_is_hashed_without_allocation()
    {
        HashValue.Of("jason");
        var before = GC.GetAllocatedBytesForCurrentThread();
        HashValue.Of("jason");

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
