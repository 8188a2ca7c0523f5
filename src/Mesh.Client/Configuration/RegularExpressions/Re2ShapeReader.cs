using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>Finds the shape of an expression by writing out its choices: each is a way through it, a list of texts and runs.</summary>
internal static class Re2ShapeReader
{
    private const int MostWays = 64;
    private const int MostWaysWithRuns = 16;

    /// <summary>Null where only the automaton will do.</summary>
    public static Re2Shape? Read(Re2Node node)
    {
        if (Append([new Way([], false)], node) is not { } ways)
        {
            return null;
        }

        if (ways.TrueForAll(way => way.Parts is [] or [{ Text: not null }]))
        {
            return new Re2Literals([.. ways.Select(way => way.Parts is [{ Text: { } text }] ? text : "").Distinct(StringComparer.Ordinal)]);
        }

        if (ways.Count > MostWaysWithRuns)
        {
            return null;
        }

        var shapes = ways.ConvertAll(way => Re2Sequence.Create(way.Parts));
        return shapes.Contains(null) ? null : shapes.Count == 1 ? shapes[0] : new Re2Alternatives([.. shapes!]);
    }

    private static List<Way>? Append(List<Way> ways, Re2Node node)
    {
        switch (node)
        {
            case Re2Node.Characters { Set.Ranges: [var (low, high)] } when low == high && Rune.TryCreate(low, out var rune):
                return Append(ways, new Re2Part(rune.ToString(), null));
            case Re2Node.Anchor { Kind: Re2Node.AnchorKind.TextStart }:
                return ways.TrueForAll(way => way.Parts.Count == 0) ? ways : null;
            case Re2Node.Anchor { Kind: Re2Node.AnchorKind.TextEnd }:
                return ways.ConvertAll(way => way with { IsEnded = true });
            case Re2Node.Sequence sequence:
                return AppendAll(ways, sequence.Nodes);
            case Re2Node.Choice choice:
                return AppendAny(ways, choice.Nodes);
            case Re2Node.Repeat { Least: 0, Most: 1 } optional:
                return AppendAny(ways, [optional.Node, Re2Node.Empty]);
            case Re2Node.Repeat repeat when Re2Run.Read(repeat) is { } run:
                return Append(ways, new Re2Part(null, run));
            default:
                return null;
        }
    }

    private static List<Way>? AppendAll(List<Way> ways, IReadOnlyList<Re2Node> nodes)
    {
        var appended = ways;
        for (var index = 0; index < nodes.Count && appended is not null; index++)
        {
            appended = Append(appended, nodes[index]);
        }

        return appended;
    }

    private static List<Way>? AppendAny(List<Way> ways, IReadOnlyList<Re2Node> nodes)
    {
        var appended = new List<Way>();
        foreach (var node in nodes)
        {
            if (Append(ways, node) is not { } some || appended.Count + some.Count > MostWays)
            {
                return null;
            }

            appended.AddRange(some);
        }

        return appended;
    }

    private static List<Way>? Append(List<Way> ways, Re2Part part)
    {
        var appended = new List<Way>(ways.Count);
        foreach (var way in ways)
        {
            if (way.IsEnded || Join(way.Parts, part) is not { } parts)
            {
                return null;
            }

            appended.Add(new Way(parts, false));
        }

        return appended;
    }

    /// <summary>Null where two runs side by side do not make one.</summary>
    private static List<Re2Part>? Join(List<Re2Part> parts, Re2Part part)
    {
        if (parts is not [.., var last] || last.Text is null != part.Text is null)
        {
            return [.. parts, part];
        }

        if (part.Text is not null)
        {
            return [.. parts[..^1], new Re2Part(last.Text + part.Text, null)];
        }

        var least = last.Run!.Least + part.Run!.Least;
        return least <= 1 && last.Run.HasSameSet(part.Run) ? [.. parts[..^1], new Re2Part(null, part.Run.With(least))] : null;
    }

    private sealed record Way(List<Re2Part> Parts, bool IsEnded);
}
