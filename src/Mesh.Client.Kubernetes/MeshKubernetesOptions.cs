namespace Mesh.Client;

/// <summary>Which API server is asked, as whom, and about what. Every part may be left as it is: in a pod that is the cluster the pod runs in, as
/// the pod's service account.</summary>
/// <remarks>Read once, when the mesh starts; not for use by several threads.</remarks>
public sealed class MeshKubernetesOptions
{
    /// <summary>The path of a kubeconfig file. Null, the default: the files that the environment variable <c>KUBECONFIG</c> names, else the
    /// service account of the pod, else <c>.kube/config</c> in the user's home folder.</summary>
    /// <remarks>The file, and the files of certificates and tokens that it names, are read again when the server refuses what was read before, and
    /// tokens once a minute.</remarks>
    public string? KubeConfig { get; set; }

    /// <summary>The context of the kubeconfig file. Null, the default: its <c>current-context</c>. In a pod without a kubeconfig file there are no
    /// contexts, and one that is set is an error.</summary>
    public string? Context { get; set; }

    /// <summary>The namespace of this workload, in which short host names are looked up. Null, the default: the environment variable
    /// <c>POD_NAMESPACE</c>, else that of the service account or of the context, else <c>default</c>. <c>Mesh:Namespace</c> goes before it.</summary>
    public string? Namespace { get; set; }

    /// <summary>The namespaces whose objects are watched. Empty, the default: all, which takes a ClusterRole; with names a Role in each of them
    /// is enough.</summary>
    public IList<string> Namespaces { get; } = [];

    /// <summary>The domain that the cluster's DNS puts behind <c>svc</c>, as in <c>reviews.default.svc.cluster.local</c>. <c>cluster.local</c> by
    /// default. <c>Mesh:Domain</c> goes before it.</summary>
    public string ClusterDomain { get; set; } = "cluster.local";

    /// <summary>Whether the labels of pods are read, by which subsets choose. True by default; without, no endpoint has labels, and the right to list and
    /// watch pods is not needed.</summary>
    /// <remarks>Of pods only the metadata are read, and only of those that the Service of a called host selects.</remarks>
    public bool PodLabels { get; set; } = true;

    /// <summary>Whether nodes are read, whose labels tell the region and zone of endpoints. False by default: then the zone that an EndpointSlice tells
    /// counts, in the region of this process where the zone is named after it. It takes the right to list and watch nodes, which no Role of a
    /// namespace can give.</summary>
    public bool NodeTopology { get; set; }

    /// <summary>The file to which a volume of the downward API writes the labels of this pod (<c>metadata.labels</c>), which are those of
    /// <c>Mesh:Workload</c> where that has none. <c>/etc/podinfo/labels</c> by default; it need not be there. Null: none.</summary>
    public string? LabelsFile { get; set; } = "/etc/podinfo/labels";
}
