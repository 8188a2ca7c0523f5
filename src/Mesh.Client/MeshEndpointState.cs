namespace Mesh.Client;

/// <summary>Whether an endpoint is to get calls.</summary>
public enum MeshEndpointState
{
    /// <summary>It gets calls.</summary>
    Ready,

    /// <summary>It is about to stop: calls under way on it finish, and new ones go to others as long as there is a ready one.</summary>
    Draining,
}
