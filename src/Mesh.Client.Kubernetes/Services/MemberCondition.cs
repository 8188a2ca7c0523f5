namespace Mesh.Client.Kubernetes.Services;

/// <summary>What a slice says of an endpoint; of several slices the first in this order counts.</summary>
internal enum MemberCondition
{
    /// <summary>It gets calls.</summary>
    Ready,

    /// <summary>It is terminating and still serves.</summary>
    Draining,

    /// <summary>It gets calls where the service publishes addresses that are not ready.</summary>
    NotReady,

    /// <summary>It is terminating and does not serve.</summary>
    Terminated,
}
