namespace Mesh.Client.Model;

/// <summary>A bucket of a <see cref="RuleIndex"/>; the default is an empty slot.</summary>
internal readonly struct RuleIndexSlot(uint hash, int first)
{
    // Positions are kept from 1, so that a cleared array is an array of empty slots.
    private readonly int _firstFromOne = first + 1;

    public uint Hash { get; } = hash;

    /// <summary>The lowest position of the bucket, <see cref="RuleIndex.None"/> where it is empty.</summary>
    public int First => _firstFromOne - 1;

    public bool IsEmpty => _firstFromOne == 0;
}
