namespace Mesh.Client;

/// <summary>Where findings about rules of an API server are told to those who wrote them.</summary>
public enum MeshKubernetesReports
{
    /// <summary>Only in this process: in logs and in <see cref="IMesh.Findings"/>.</summary>
    None,

    /// <summary>As Events (<c>events.k8s.io/v1</c>) about the object, which <c>kubectl describe</c> and <c>kubectl events</c> show.</summary>
    Events,

    /// <summary>In the <c>status</c> of Istio's objects: a condition and <c>validationMessages</c>, which <c>kubectl get -o yaml</c> and Kiali show. Of objects of the
    /// Gateway API, whose status belongs to controllers, as Events.</summary>
    Status,
}
