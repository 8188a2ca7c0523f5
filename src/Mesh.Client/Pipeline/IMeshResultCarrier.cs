namespace Mesh.Client.Pipeline;

/// <summary>A response content that knows the call it came from. The content carries it because a request option would cost every call a
/// dictionary, whether anybody asks or not.</summary>
internal interface IMeshResultCarrier
{
    MeshResult Result { get; }
}
