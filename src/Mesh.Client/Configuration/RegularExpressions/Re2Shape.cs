using System.Text.RegularExpressions;

namespace Mesh.Client.Configuration;

/// <summary>A pattern made ready for matching: one of the shapes that most patterns have, compared by hand, else the automaton.</summary>
internal abstract class Re2Shape
{
    public static Re2Shape Create(string pattern)
        => Re2Pattern.TryParse(pattern, out var node, out _) && Re2ShapeReader.Read(node) is { } shape ? shape : CreateAutomaton(pattern);

    /// <summary>The shape that fits every pattern, whatever it looks like.</summary>
    public static Re2Shape CreateAutomaton(string pattern)
        => Re2Pattern.TryCompile(pattern, out var regex, out _) ? new Automaton(regex) : new Re2Literals([]);

    public abstract bool IsMatch(ReadOnlySpan<char> value);

    private sealed class Automaton(Regex regex) : Re2Shape
    {
        public override bool IsMatch(ReadOnlySpan<char> value) => regex.IsMatch(value);
    }
}
