namespace Mesh.Client.Configuration;

internal sealed record RedirectConfiguration
{
    public required ConfigurationNode Node { get; init; }

    /// <summary>In place of the whole path; null keeps it.</summary>
    public string? Uri { get; init; }

    /// <summary>In place of the part of the path that the match compared; excludes <see cref="Uri"/>.</summary>
    public string? PrefixRewrite { get; init; }

    public string? Authority { get; init; }

    public int? Port { get; init; }

    public RedirectPort DerivePort { get; init; }

    /// <summary><c>http</c> or <c>https</c>; null keeps it.</summary>
    public string? Scheme { get; init; }

    public int Status { get; init; } = 301;
}
