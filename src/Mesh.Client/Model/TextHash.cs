using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Mesh.Client.Model;

/// <summary>A fast hash of short texts that are one but for the case of ASCII letters. For tables whose keys come from the rules alone: a call's
/// text is looked up and never stored, so that nobody outside can make a table slow.</summary>
/// <remarks>The multiplication by pairs of words is that of wyhash (Wang Yi).</remarks>
internal static class TextHash
{
    private const ulong Factor = 0x9E3779B97F4A7C15;
    private const ulong Other = 0xD1B54A32D192ED03;

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

            return (uint)Fold(hash ^ (few | CaseBits), Other);
        }

        var rest = text;
        while (rest.Length > 2 * CharactersAtOnce)
        {
            hash = Fold(hash ^ Read(rest), Other ^ Read(rest[CharactersAtOnce..]));
            rest = rest[(2 * CharactersAtOnce)..];
        }

        // The last eight characters, or four, some of them again where the length is no multiple.
        var last = text.Length < 2 * CharactersAtOnce ? text : text[^(2 * CharactersAtOnce)..];
        return (uint)Fold(hash ^ Read(last), Other ^ Read(text[^CharactersAtOnce..]));
    }

    private static ulong Read(ReadOnlySpan<char> text)
        => BinaryPrimitives.ReadUInt64LittleEndian(MemoryMarshal.AsBytes(text[..CharactersAtOnce])) | CaseBits;

    /// <summary>Both halves of the product, so that the first and the last character move all bits, the low ones too that tables use. Each half is
    /// multiplied by itself: the compiler hands both over only through memory, for which hashes of a few characters would wait.</summary>
    private static ulong Fold(ulong one, ulong other)
        => (Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(one, other) : Math.BigMul(one, other, out _)) ^ unchecked(one * other);
}
