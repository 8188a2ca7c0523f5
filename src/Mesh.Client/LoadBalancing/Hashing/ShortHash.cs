using System.Numerics;

namespace Mesh.Client.LoadBalancing;

/// <summary>xxHash64 of a short ASCII text, such as an identifier, straight from its characters: encoding it first and hashing the bytes takes three
/// times as long.</summary>
/// <remarks>Source: xxHash (Collet), the specification of XXH64 for inputs under 32 bytes.</remarks>
internal static class ShortHash
{
    /// <summary>From here on bytes are hashed in four lanes.</summary>
    public const int MaximumLength = 31;

    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    private const uint LastAscii = 0x7F;

    /// <summary>False where the text has characters that are more than one byte.</summary>
    /// <param name="text">At most <see cref="MaximumLength"/> characters.</param>
    /// <param name="seed">Of the hash.</param>
    /// <param name="hash">That of the bytes of the text.</param>
    public static bool TryGet(ReadOnlySpan<char> text, ulong seed, out ulong hash)
    {
        hash = seed + Prime5 + (uint)text.Length;
        var all = 0u;
        while (text.Length >= 8)
        {
            var lane = Read(text, ref all) | ((ulong)Read(text[4..], ref all) << 32);
            hash = (BitOperations.RotateLeft(hash ^ (BitOperations.RotateLeft(lane * Prime2, 31) * Prime1), 27) * Prime1) + Prime4;
            text = text[8..];
        }

        if (text.Length >= 4)
        {
            hash = (BitOperations.RotateLeft(hash ^ (Read(text, ref all) * Prime1), 23) * Prime2) + Prime3;
            text = text[4..];
        }

        foreach (var character in text)
        {
            all |= character;
            hash = BitOperations.RotateLeft(hash ^ (character * Prime5), 11) * Prime1;
        }

        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        hash ^= hash >> 32;
        return all <= LastAscii;
    }

    /// <summary>Four characters as bytes.</summary>
    private static uint Read(ReadOnlySpan<char> text, ref uint all)
    {
        var (first, second, third, fourth) = ((uint)text[0], (uint)text[1], (uint)text[2], (uint)text[3]);
        all |= first | second | third | fourth;
        return first | (second << 8) | (third << 16) | (fourth << 24);
    }
}
