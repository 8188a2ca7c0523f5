namespace Mesh.Client.Kubernetes.Services;

/// <summary>The API server cannot say what the endpoints of a service, or the services, are; the message says why and what is needed.</summary>
internal sealed class KubernetesSourceException : Exception
{
    public KubernetesSourceException()
    {
    }

    public KubernetesSourceException(string message)
        : base(message)
    {
    }

    public KubernetesSourceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
