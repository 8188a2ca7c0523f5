namespace Mesh.Client.Configuration;

/// <summary>What the filters of a rule or of a backend come to.</summary>
internal sealed record RouteFilters
{
    public static RouteFilters None { get; } = new();

    public HeadersConfiguration? Headers { get; init; }

    public RewriteConfiguration? Rewrite { get; init; }

    public RedirectConfiguration? Redirect { get; init; }

    public IReadOnlyList<MirrorConfiguration> Mirrors { get; init; } = [];

    /// <summary>Names a filter that does nothing here, as a clause: its calls are answered, never sent without it.</summary>
    public string? Unsupported { get; init; }
}
