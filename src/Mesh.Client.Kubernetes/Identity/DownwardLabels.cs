namespace Mesh.Client.Kubernetes.Identity;

/// <summary>Labels as the downward API writes them to a file: a line <c>name="value"</c> each, the value escaped as in Go.</summary>
internal static class DownwardLabels
{
    /// <exception cref="FormatException">A line is none of those.</exception>
    public static Dictionary<string, string> Parse(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || line.Length < at + 3 || line[at + 1] != '"' || line[^1] != '"')
            {
                throw new FormatException($"the line '{line}' is not of the form name=\"value\".");
            }

            // Values of labels have no character that is escaped.
            labels[line[..at]] = line[(at + 2)..^1];
        }

        return labels;
    }
}
