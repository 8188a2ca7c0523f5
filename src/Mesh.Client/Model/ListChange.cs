using System.Runtime.InteropServices;

namespace Mesh.Client.Model;

/// <summary>One place at which a list of objects is another than the list before it. Between two such places both have the same objects.</summary>
/// <param name="Start">Where it begins in the list before.</param>
/// <param name="Removed">How many stood there.</param>
/// <param name="NextStart">Where it begins in the list after.</param>
/// <param name="Added">How many stand there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ListChange(int Start, int Removed, int NextStart, int Added)
{
    /// <summary>How far apart two lists may be at one place, removed and added together, to be joined again behind it.</summary>
    private const int MostApart = 64;

    /// <summary>Removed and added altogether. Beyond that looking at everything is about as fast, and simpler.</summary>
    internal const int Most = 1024;

    /// <summary>The changes that make <paramref name="next"/> of <paramref name="previous"/>, in order: none where they are the same, null where they
    /// are too different. Only the references are compared: of thousands of objects none is looked into, and so none is fetched.</summary>
    public static List<ListChange>? Find<T>(ReadOnlySpan<T> previous, ReadOnlySpan<T> next)
        where T : class
    {
        if (Math.Abs(previous.Length - next.Length) > Most)
        {
            return null;
        }

        var (start, nextStart) = (0, 0);
        Skip(previous, next, ref start, ref nextStart);
        var (end, nextEnd) = (previous.Length, next.Length);
        while (end > start && nextEnd > nextStart && ReferenceEquals(previous[end - 1], next[nextEnd - 1]))
        {
            (end, nextEnd) = (end - 1, nextEnd - 1);
        }

        previous = previous[..end];
        next = next[..nextEnd];
        var changes = new List<ListChange>();
        var changed = 0;
        while (start < end || nextStart < nextEnd)
        {
            var (removed, added) = Join(previous[start..], next[nextStart..]);
            changed += removed + added;
            if (changed > Most)
            {
                return null;
            }

            changes.Add(new(start, removed, nextStart, added));
            (start, nextStart) = (start + removed, nextStart + added);
            Skip(previous, next, ref start, ref nextStart);
        }

        return changes;
    }

    /// <summary>Copies what belongs to the objects of both lists, and lies in their order.</summary>
    /// <param name="changes">Between the two lists.</param>
    /// <param name="previous">Of the list before.</param>
    /// <param name="next">Of the list after; of what was added there nothing is written.</param>
    public static void CopyUnchanged<T>(List<ListChange> changes, ReadOnlySpan<T> previous, Span<T> next)
    {
        var (start, nextStart) = (0, 0);
        foreach (var change in changes)
        {
            previous[start..change.Start].CopyTo(next[nextStart..]);
            (start, nextStart) = (change.Start + change.Removed, change.NextStart + change.Added);
        }

        previous[start..].CopyTo(next[nextStart..]);
    }

    /// <summary>Those of <paramref name="list"/> that are not in the other one, in order. Neither has anything twice.</summary>
    public static List<T> Missing<T>(T[] list, T[] other)
        where T : class
    {
        if (Find<T>(list, other) is not { } changes)
        {
            var others = new HashSet<T>(other, ReferenceEqualityComparer.Instance);
            return [.. list.Where(item => !others.Contains(item))];
        }

        // What was moved was added too.
        var added = new HashSet<T>(ReferenceEqualityComparer.Instance);
        foreach (var change in changes)
        {
            added.UnionWith(new ArraySegment<T>(other, change.NextStart, change.Added));
        }

        var missing = new List<T>();
        foreach (var change in changes)
        {
            foreach (var item in list.AsSpan(change.Start, change.Removed))
            {
                if (!added.Contains(item))
                {
                    missing.Add(item);
                }
            }
        }

        return missing;
    }

    private static void Skip<T>(ReadOnlySpan<T> previous, ReadOnlySpan<T> next, ref int start, ref int nextStart)
        where T : class
    {
        var left = previous[start..];
        var right = next[nextStart..];
        var length = Math.Min(left.Length, right.Length);
        var same = 0;
        while (same < length && ReferenceEquals(left[same], right[same]))
        {
            same++;
        }

        (start, nextStart) = (start + same, nextStart + same);
    }

    /// <summary>How many to leave out of each to come to the same object in both, as few as possible; all where that is too far.</summary>
    private static (int Removed, int Added) Join<T>(ReadOnlySpan<T> previous, ReadOnlySpan<T> next)
        where T : class
    {
        for (var apart = 1; apart <= MostApart; apart++)
        {
            for (var removed = Math.Max(0, apart - next.Length + 1); removed <= apart && removed < previous.Length; removed++)
            {
                if (ReferenceEquals(previous[removed], next[apart - removed]))
                {
                    return (removed, apart - removed);
                }
            }
        }

        return (previous.Length, next.Length);
    }
}
