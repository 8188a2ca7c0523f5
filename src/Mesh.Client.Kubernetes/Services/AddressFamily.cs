namespace Mesh.Client.Kubernetes.Services;

/// <summary>What a slice's addresses are.</summary>
internal enum AddressFamily
{
    /// <summary>Names, which nothing in Kubernetes writes and kube-proxy does not use; or what this version does not know.</summary>
    Other,

    IPv4,

    IPv6,
}
