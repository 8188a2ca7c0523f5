using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Mesh.Client.Model;

/// <summary>A fast hash of short texts that are one but for the case of ASCII letters. For tables whose keys come from the rules alone: a call's
/// text is looked up and never stored, so that nobody outside can make a table slow.</summary>
internal static class TextHash
{
    private const ulong Factor = 0x9E3779B97F4A7C15;

    // The bit by which the two cases of a letter differ, in each of four characters. Other characters may fall together; hashes do.
    private const ulong CaseBits = 0x0020_0020_0020_0020;

    private const int CharactersAtOnce = 4;

    /// <param name="text">The text.</param>
    /// <param name="seed">Tells tables in one array apart.</param>
    public static uint Of(ReadOnlySpan<char> text, uint seed = 0)
    {
        // Mixed together with the first characters.
        var hash = ((seed + 1UL) * Factor) ^ (uint)text.Length;
        if (text.Length < CharactersAtOnce)
        {
            var few = 0UL;
            foreach (var character in text)
            {
                few = (few << 16) | character;
            }

            return (uint)Mix(hash ^ (few | CaseBits));
        }

        var bytes = MemoryMarshal.AsBytes(text);
        var last = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]);
        while (bytes.Length > sizeof(ulong))
        {
            hash = Mix(hash ^ (BinaryPrimitives.ReadUInt64LittleEndian(bytes) | CaseBits));
            bytes = bytes[sizeof(ulong)..];
        }

        // The last four characters, some of them again where the length is not a multiple of four.
        return (uint)Mix(hash ^ (last | CaseBits));
    }

    /// <summary>Both halves of the product, so that the first and the last character move all bits, the low ones too that tables use.</summary>
    private static ulong Mix(ulong value) => Math.BigMul(value, Factor, out var low) ^ low;
}
