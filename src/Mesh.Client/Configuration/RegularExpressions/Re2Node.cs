namespace Mesh.Client.Configuration;

/// <summary>A parsed RE2 expression. Groups and laziness are mostly gone: they change what is captured, not whether the whole value matches.</summary>
internal abstract class Re2Node
{
    // Positions of the automaton. Far above any pattern that people write, and still milliseconds to build.
    private const long LargestSize = 10_000;

    // Deep enough for people, shallow enough for the stack.
    private const int LargestDepth = 200;

    private Re2Node(long size, int depth, int repetition, bool hasBoundary)
    {
        if (size > LargestSize)
        {
            throw new Re2SyntaxException(Re2SyntaxException.TooLarge);
        }

        if (depth > LargestDepth)
        {
            throw new Re2SyntaxException("its groups are nested deeper than 200 levels");
        }

        Size = size;
        Depth = depth;
        Repetition = repetition;
        HasBoundary = hasBoundary;
    }

    public static Re2Node Empty { get; } = new Sequence([]);

    /// <summary>How many characters and anchors it has with its repetitions written out.</summary>
    public long Size { get; }

    public int Depth { get; }

    /// <summary>The largest product of counts nested in each other.</summary>
    public int Repetition { get; }

    /// <summary>Whether <c>\b</c> or <c>\B</c> is in it.</summary>
    public bool HasBoundary { get; }

    public enum AnchorKind
    {
        TextStart,
        TextEnd,
        LineStart,
        LineEnd,
        Boundary,
        NoBoundary,
    }

    public sealed class Characters(Re2CharSet set) : Re2Node(1, 1, 1, false)
    {
        public Re2CharSet Set => set;
    }

    public sealed class Anchor(AnchorKind kind) : Re2Node(1, 1, 1, kind is AnchorKind.Boundary or AnchorKind.NoBoundary)
    {
        public AnchorKind Kind => kind;
    }

    public sealed class Sequence(IReadOnlyList<Re2Node> nodes)
        : Re2Node(nodes.Sum(node => node.Size), DepthOf(nodes), RepetitionOf(nodes), nodes.Any(node => node.HasBoundary))
    {
        public IReadOnlyList<Re2Node> Nodes => nodes;
    }

    public sealed class Choice(IReadOnlyList<Re2Node> nodes)
        : Re2Node(nodes.Sum(node => node.Size) + 1, DepthOf(nodes), RepetitionOf(nodes), nodes.Any(node => node.HasBoundary))
    {
        public IReadOnlyList<Re2Node> Nodes => nodes;
    }

    /// <summary>Captures what its node matches; only where the parser was asked to keep groups.</summary>
    public sealed class Group(Re2Node node) : Re2Node(node.Size, node.Depth + 1, node.Repetition, node.HasBoundary)
    {
        public Re2Node Node => node;
    }

    /// <param name="node">What is repeated.</param>
    /// <param name="least">At least so often.</param>
    /// <param name="most">At most so often; null is without end.</param>
    /// <param name="isLazy">As seldom as it can; only where the parser was asked to keep groups.</param>
    public sealed class Repeat(Re2Node node, int least, int? most, bool isLazy = false)
        : Re2Node((node.Size * Math.Max(1, most ?? least)) + 1, node.Depth + 1, node.Repetition * Math.Max(1, most ?? least),
            node.HasBoundary)
    {
        public Re2Node Node => node;

        public int Least => least;

        public int? Most => most;

        public bool IsLazy => isLazy;
    }

    private static int DepthOf(IReadOnlyList<Re2Node> nodes) => nodes.Count == 0 ? 1 : nodes.Max(node => node.Depth) + 1;

    private static int RepetitionOf(IReadOnlyList<Re2Node> nodes) => nodes.Count == 0 ? 1 : nodes.Max(node => node.Repetition);
}
