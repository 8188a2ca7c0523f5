using System.Globalization;
using System.Text;

namespace Mesh.Client.Benchmarks.Comparing.Brownout;

/// <summary>The figures as a table for programs and as a picture for people.</summary>
internal static class GoodputFiles
{
    private const int Width = 860;
    private const int Height = 420;
    private const int Left = 50;
    private const int Top = 20;
    private const int PlotWidth = 560;
    private const int PlotHeight = 350;
    private const int Step = 20;

    private static readonly string[] Colours = ["#888888", "#d55e00", "#e69f00", "#56b4e9", "#0072b2", "#009e73", "#cc79a7", "#f0c442", "#000000"];

    /// <summary>A row per second; of each contender the calls answered in time and the calls that came to the server.</summary>
    public static string Csv(IReadOnlyList<GoodputRow> rows)
    {
        var text = new StringBuilder("second");
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $",\"{row.Name}: answered\",\"{row.Name}: came\"");
        }

        for (var second = 0; second < rows[0].Seconds; second++)
        {
            text.Append('\n').Append(second);
            foreach (var row in rows)
            {
                text.Append(CultureInfo.InvariantCulture, $",{row.Answered[second]},{row.Arrived[second]}");
            }
        }

        return text.Append('\n').ToString();
    }

    /// <summary>Calls answered in time over the seconds, a line for each contender.</summary>
    public static string Svg(IReadOnlyList<GoodputRow> rows, int before, int during, double offered)
    {
        var most = rows.Max(row => row.Answered.Max());
        var top = ((most / Step) + 1) * Step;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">""");
        text.AppendLine("""<rect width="100%" height="100%" fill="#ffffff"/>""");
        text.AppendLine(CultureInfo.InvariantCulture, $"""<rect x="{X(before):0.#}" y="{Top}" width="{X(during) - X(0):0.#}" height="{PlotHeight}" fill="#f4e4e4"/>""");
        for (var calls = 0; calls <= top; calls += Step)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="{Left}" y1="{Y(calls):0.#}" x2="{Left + PlotWidth}" y2="{Y(calls):0.#}" stroke="#dddddd"/>""");
            text.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left - 6}" y="{Y(calls) + 4:0.#}" text-anchor="end">{calls}</text>""");
        }

        for (var second = 0; second <= rows[0].Seconds; second += 5)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{X(second):0.#}" y="{Top + PlotHeight + 16}" text-anchor="middle">{second} s</text>""");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="{Height - 12}">answered in time, per second; {offered:0} offered; shaded: fewer workers</text>""");
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            var (colour, legend) = (Colours[index % Colours.Length], Top + 16 + (index * 24));
            var points = string.Join(' ', row.Answered.Select((answered, second) => string.Create(CultureInfo.InvariantCulture, $"{X(second + 0.5):0.#},{Y(answered):0.#}")));
            text.AppendLine(CultureInfo.InvariantCulture, $"""<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>""");
            text.AppendLine(CultureInfo.InvariantCulture, $"""<rect x="{Left + PlotWidth + 14}" y="{legend - 10}" width="14" height="10" fill="{colour}"/>""");
            text.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left + PlotWidth + 34}" y="{legend}">{row.Name}</text>""");
        }

        return text.Append("</svg>\n").ToString();

        double X(double second) => Left + (second * PlotWidth / rows[0].Seconds);

        double Y(double calls) => Top + PlotHeight - (calls * PlotHeight / top);
    }
}
