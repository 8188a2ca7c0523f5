using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Mesh.Client.Configuration;

/// <summary>RE2 patterns on .NET's non-backtracking engine, matching the whole value in linear time.</summary>
internal static class Re2Pattern
{
    /// <summary>False with <paramref name="error"/> where the pattern is not RE2, is longer than 1,024 characters, or cannot be read the
    /// same way here.</summary>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
        => throw new NotImplementedException();
}
