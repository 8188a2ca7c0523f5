namespace Mesh.Client.Configuration;

internal sealed record RewriteConfiguration
{
    public required ConfigurationNode Node { get; init; }

    /// <summary>In place of the part of the path that the match compared.</summary>
    public string? Uri { get; init; }

    /// <summary>In place of the whole path; excludes <see cref="Uri"/>.</summary>
    public string? WholePath { get; init; }

    public string? Authority { get; init; }

    /// <summary>Of <c>uriRegexRewrite</c>; excludes <see cref="Uri"/>.</summary>
    public Re2Substitution? Substitution { get; init; }
}
