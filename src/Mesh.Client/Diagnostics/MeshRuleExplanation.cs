namespace Mesh.Client.Diagnostics;

/// <summary>One rule of a VirtualService or of a route and what became of it. Immutable.</summary>
public sealed class MeshRuleExplanation
{
    internal MeshRuleExplanation()
    {
    }

    /// <summary>Such as <c>default/reviews http[0]</c> or <c>HTTPRoute default/reviews rules[0]</c>, with the rule's own name in parentheses where it has one.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Whether the rule takes the request.</summary>
    public MeshRuleOutcome Outcome { get; internal init; }

    /// <summary>Where the rule was written: file or document, with the line in parentheses; null where that is not known.</summary>
    public string? Place { get; internal init; }

    /// <summary>The entries of <c>match</c> that were looked at, in their order: of the rule that takes the request up to the one that holds.
    /// Empty for a rule without <c>match</c>, which takes every request, and for one that was not looked at.</summary>
    public IReadOnlyList<MeshMatchExplanation> Matches { get; internal init; } = [];
}
