namespace Mesh.Client.Diagnostics;

/// <summary>One value that governs a call. Immutable.</summary>
/// <param name="Field">The field in Istio's words, such as <c>retries.attempts</c>.</param>
/// <param name="Value">The value as Istio writes it, such as <c>0.5s</c>; <c>none</c> where nothing limits.</param>
/// <param name="Origin">Where it comes from, such as <c>default</c> or <c>the caller</c>; null where the rules say so.</param>
public sealed record MeshSetting(string Field, string Value, string? Origin)
{
    /// <summary>One line.</summary>
    public override string ToString() => Origin is null ? $"{Field} {Value}" : $"{Field} {Value} ({Origin})";
}
