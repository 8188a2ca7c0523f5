namespace Mesh.Client.Kubernetes.Access;

/// <summary>The API server cannot be asked: what says where it is or who asks is missing or wrong, or it is not the server it should be. The message
/// names the place and what is expected there.</summary>
internal sealed class KubernetesAccessException : Exception
{
    public KubernetesAccessException()
    {
    }

    public KubernetesAccessException(string message)
        : base(message)
    {
    }

    public KubernetesAccessException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
