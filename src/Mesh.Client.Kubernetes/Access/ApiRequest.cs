namespace Mesh.Client.Kubernetes.Access;

/// <summary>A request to the API server, which may be sent twice: the second time with a newer token.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query below the server's address, with or without a slash in front.</param>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    public string Accept { get; init; } = "application/json";

    /// <summary>The body; null for none.</summary>
    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";
}
