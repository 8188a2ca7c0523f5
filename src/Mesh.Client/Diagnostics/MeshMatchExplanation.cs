namespace Mesh.Client.Diagnostics;

/// <summary>One entry of <c>match</c> and, where it does not hold, the first condition that failed. Immutable.</summary>
public sealed class MeshMatchExplanation
{
    internal MeshMatchExplanation()
    {
    }

    /// <summary>The place in the VirtualService, such as <c>http[0].match[1]</c>, or in the route, such as <c>rules[0].matches[1]</c>.</summary>
    public string Path { get; internal init; } = "";

    /// <summary>The match's own name; null where it has none.</summary>
    public string? Name { get; internal init; }

    /// <summary>All conditions of the match hold.</summary>
    public bool Holds { get; internal init; }

    /// <summary>The condition that failed, such as <c>headers[end-user]</c>; null where the match holds.</summary>
    public string? Field { get; internal init; }

    /// <summary>What the condition asks, such as <c>exact "jason"</c>; null where the match holds.</summary>
    public string? Asked { get; internal init; }

    /// <summary>What is there instead, such as <c>the request has "bob"</c>; null where the match holds. Values longer than 200 characters
    /// are cut, and those of headers that carry credentials are not shown.</summary>
    public string? Found { get; internal init; }

    /// <summary>One line.</summary>
    public override string ToString() => Holds ? $"{Path}: holds" : $"{Path}: {Field} {Asked}: {Found}";
}
