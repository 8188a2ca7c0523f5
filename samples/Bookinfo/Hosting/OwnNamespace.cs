using Mesh.Client;

namespace Bookinfo.Hosting;

/// <summary>A pod of Bookinfo reads its own namespace alone, for which a Role is enough.</summary>
internal static class OwnNamespace
{
    /// <summary><c>POD_NAMESPACE</c> names it. Where that is not set, as on a developer's machine, all namespaces are read that the kubeconfig lets
    /// one read.</summary>
    public static void Set(MeshKubernetesOptions kubernetes, IConfiguration configuration)
    {
        if (configuration["POD_NAMESPACE"] is { Length: > 0 } space)
        {
            kubernetes.Namespaces.Add(space);
            // Rules for all namespaces would take a right in that of Istio.
            kubernetes.RootNamespace = null;
        }
    }
}
