using System.Text.RegularExpressions;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>A compiled condition on one text.</summary>
internal sealed class StringMatchModel
{
    public required StringMatchKind Kind { get; init; }

    /// <summary>What was written.</summary>
    public required string Value { get; init; }

    /// <summary>Exact and prefix compare without regard to case (<c>ignoreUriCase</c>).</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>For <see cref="StringMatchKind.Regex"/>: anchored, RE2 semantics, non-backtracking.</summary>
    public Regex? Regex { get; init; }
}
