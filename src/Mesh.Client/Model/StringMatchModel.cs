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

    /// <summary>For <see cref="StringMatchKind.Regex"/>, else null.</summary>
    public Re2Matcher? Pattern { get; init; }
}
