namespace Mesh.Client.Configuration;

/// <summary>Finds what someone meant to write.</summary>
internal static class NearestName
{
    // A longer name is no misspelling, and the distance costs its square.
    private const int Longest = 64;

    /// <summary>The known name within a third of its length in edits; null where nothing is that near.</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        if (written.Length > Longest)
        {
            return null;
        }

        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in known)
        {
            var distance = Distance(written, name);
            if (distance < least && distance <= Math.Max(1, name.Length / 3))
            {
                (nearest, least) = (name, distance);
            }
        }

        return nearest;
    }

    /// <summary>Insertions, deletions, replacements and exchanged neighbours (optimal string alignment), without regard to case.</summary>
    private static int Distance(string left, string right)
    {
        var (beforeLast, last, row) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var column = 0; column < row.Length; column++)
        {
            row[column] = column;
        }

        for (var line = 1; line <= left.Length; line++)
        {
            (beforeLast, last, row) = (last, row, beforeLast);
            row[0] = line;
            for (var column = 1; column < row.Length; column++)
            {
                var isSame = AreSame(left[line - 1], right[column - 1]);
                row[column] = Math.Min(last[column - 1] + (isSame ? 0 : 1), Math.Min(last[column], row[column - 1]) + 1);
                if (line > 1 && column > 1 && AreSame(left[line - 1], right[column - 2]) && AreSame(left[line - 2], right[column - 1]))
                {
                    row[column] = Math.Min(row[column], beforeLast[column - 2] + 1);
                }
            }
        }

        return row[^1];
    }

    private static bool AreSame(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
