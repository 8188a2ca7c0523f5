using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>A rule that sends its callers elsewhere. Null keeps what the call has.</summary>
internal sealed record RedirectModel
{
    public required int Status { get; init; }

    public string? Scheme { get; init; }

    public string? Authority { get; init; }

    public int? Port { get; init; }

    public RedirectPort DerivePort { get; init; }

    /// <summary>The whole path, with a query if it has its own.</summary>
    public string? Path { get; init; }

    /// <summary>Takes the place of the part of the path that the match compared.</summary>
    public string? Prefix { get; init; }
}
