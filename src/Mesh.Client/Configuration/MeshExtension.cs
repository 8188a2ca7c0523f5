namespace Mesh.Client.Configuration;

/// <summary><c>Mesh:x-mesh</c>: switches for the whole mesh that Istio has no setting for.</summary>
internal sealed record MeshExtension
{
    public static MeshExtension Default { get; } = new();

    /// <summary>What is left of a call's time goes on to whom it calls.</summary>
    public bool Deadlines { get; init; } = true;

    /// <summary>What is called by a retry is told so, and does not repeat its own calls.</summary>
    public bool StopRetryChain { get; init; } = true;
}
