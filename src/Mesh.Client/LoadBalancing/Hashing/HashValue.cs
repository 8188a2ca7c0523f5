using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Mesh.Client.LoadBalancing;

/// <summary>The hash of what a request carries, as Envoy makes it: xxHash64 with seed 0 of the bytes on the wire.</summary>
/// <remarks>Source: xxHash (Collet), and <c>source/common/http/hash_policy.cc</c> of Envoy for several values.</remarks>
internal static class HashValue
{
    /// <summary>Longer texts, which are rare, are written into a rented buffer.</summary>
    private const int StackBytes = 512;

    public static ulong Of(ReadOnlySpan<char> text, ulong seed = 0)
        => text.Length <= ShortHash.MaximumLength && ShortHash.TryGet(text, seed, out var hash) ? hash : OfBytes(text, seed);

    /// <summary>Of several values of one header: in their order by bytes, each with the hash of those before it as its seed, so that the order
    /// in which they are sent means nothing.</summary>
    public static ulong Of(string[] values)
    {
        Array.Sort(values, StringComparer.Ordinal);
        var hash = 0UL;
        foreach (var value in values)
        {
            hash = Of(value, hash);
        }

        return hash;
    }

    private static ulong OfBytes(ReadOnlySpan<char> text, ulong seed)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most <= StackBytes)
        {
            Span<byte> bytes = stackalloc byte[StackBytes];
            return Of(text, bytes, seed);
        }

        var rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return Of(text, rented, seed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static ulong Of(ReadOnlySpan<char> text, Span<byte> buffer, ulong seed)
        => XxHash64.HashToUInt64(buffer[..Encoding.UTF8.GetBytes(text, buffer)], unchecked((long)seed));
}
