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

    /// <summary>How long a Service that no rule names is followed after the last call to it, and up to a quarter of it longer; 1 hour by default. After that nothing is
    /// known of it and nothing watched, and the next call finds it anew as the first one did, so none is let go while the API server cannot be asked. <see cref="Timeout.InfiniteTimeSpan"/>: as long as it is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is zero or less.</exception>
    public TimeSpan ServiceIdleTimeout
    {
        get;
        set
        {
            if (value != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            }

            field = value;
        }
    } = TimeSpan.FromHours(1);

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

    /// <summary>Whether rules are read of the API server: objects of Istio and of the Gateway API. True by default. False: none of them is asked for, and
    /// nothing of it runs.</summary>
    public bool Rules { get; set; } = true;

    /// <summary>The namespace whose rules hold for all, as <c>Mesh:RootNamespace</c> names it; watched beside <see cref="Namespaces"/> where those are named.
    /// <c>istio-system</c> by default; null or empty: it is not watched.</summary>
    public string? RootNamespace { get; set; } = "istio-system";

    /// <summary>How long the start of the application waits for the first rules; 10 seconds by default, and not at all where there is no API server to ask. After
    /// that it starts without the rules that are missing, which is logged, and takes them when they come: a server that is away for long must not keep
    /// a service from starting. Where an earlier run left its rules on disk (<c>Mesh:State:Path</c>) the first failure ends the wait, and 3 seconds do at
    /// most. Zero: it does not wait. <see cref="Timeout.InfiniteTimeSpan"/>: it does not start without them.</summary>
    public TimeSpan RulesWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Where warnings and errors about rules are told beside this process's logs; nowhere by default. Of all processes in a namespace the one that holds
    /// Lease <c>mesh-client-findings</c> there does it. It takes an application with a host, and rights of its own: docs/kubernetes.md.</summary>
    public MeshKubernetesReports Reports { get; set; }
}
