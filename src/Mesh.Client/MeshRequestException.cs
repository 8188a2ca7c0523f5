namespace Mesh.Client;

/// <summary>No endpoint answered, or the time of the call ran out while the body was read. What would be a transport failure without a mesh
/// stays one; the message retraces the path of the call, and <see cref="Exception.InnerException"/> is the failure of the last
/// attempt.</summary>
public sealed class MeshRequestException : HttpRequestException
{
    internal MeshRequestException(HttpRequestError error, string message, Exception? innerException, MeshResult result)
        : base(error, message, innerException)
    {
        Result = result;
    }

    /// <summary>Host, rule, subset, last endpoint, attempts and flags of the call.</summary>
    public MeshResult Result { get; }
}
