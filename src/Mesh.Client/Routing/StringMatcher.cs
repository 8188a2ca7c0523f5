using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>One condition against one text that is there.</summary>
internal static class StringMatcher
{
    public static bool IsMatch(StringMatchModel condition, ReadOnlySpan<char> text) => condition.Kind switch
    {
        StringMatchKind.Exact => condition.IgnoreCase
            ? text.Equals(condition.Value, StringComparison.OrdinalIgnoreCase)
            : text.SequenceEqual(condition.Value),
        StringMatchKind.Prefix => condition.IgnoreCase
            ? text.StartsWith(condition.Value, StringComparison.OrdinalIgnoreCase)
            : text.StartsWith(condition.Value),
        StringMatchKind.PathPrefix => text.StartsWith(condition.Value) && (text.Length == condition.Value.Length || text[condition.Value.Length] == '/'),
        StringMatchKind.Regex => condition.Pattern!.IsMatch(text),
        _ => true,
    };
}
