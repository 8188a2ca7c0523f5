using System.Globalization;

namespace Mesh.Client.Benchmarks.Comparing.Brownout;

/// <summary>What one contender got, second by second.</summary>
internal sealed class GoodputRow(string name, int seconds)
{
    public string Name { get; } = name;

    public int Seconds { get; } = seconds;

    /// <summary>Calls due in that second that were answered well and in time.</summary>
    public int[] Answered { get; } = new int[seconds];

    /// <summary>Calls that came to the server in that second, retries included.</summary>
    public int[] Arrived { get; } = new int[seconds];

    public static void Print(IReadOnlyList<GoodputRow> rows, int before, int during)
    {
        var end = before + during;
        Report.Line(string.Concat(
            "answered in time, per second".PadRight(44),
            $"before (0..{before})".PadLeft(16), $"in it ({before}..{end})".PadLeft(16), $"after ({end}..{rows[0].Seconds})".PadLeft(16), "well again after".PadLeft(20),
            "came in it, per second".PadLeft(26)));
        foreach (var row in rows)
        {
            Report.Line(string.Concat(
                row.Name.PadRight(44),
                Figure(row.Answered, 0, before).PadLeft(16), Figure(row.Answered, before, end).PadLeft(16), Figure(row.Answered, end, row.Seconds).PadLeft(16),
                row.Recovery(before, end).PadLeft(20), Figure(row.Arrived, before, end).PadLeft(26)));
        }
    }

    private static string Figure(int[] seconds, int from, int to) => seconds[from..to].Average().ToString("0", CultureInfo.InvariantCulture);

    /// <summary>From when on, counted from the end of the brownout, every second had nine tenths of what was answered before it.</summary>
    private string Recovery(int before, int end)
    {
        var enough = 0.9 * Answered[..before].Average();
        var last = Array.FindLastIndex(Answered, answered => answered < enough);
        return last == Seconds - 1 ? "never" : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, last + 1 - end)} s");
    }
}
