namespace Mesh.Client.Configuration;

internal enum LoadBalancerPolicy
{
    /// <summary>Power of two choices over calls in flight (<c>LEAST_REQUEST</c>, <c>LEAST_CONN</c>).</summary>
    LeastRequest,

    RoundRobin,
    Random,
}
