using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>Consecutive-error ejection as Envoy does it: inline at the threshold, un-ejection only at the sweep.</summary>
internal sealed class OutlierDetector(TimeProvider timeProvider)
{
    /// <summary>Counts one attempt and ejects where the threshold is reached. No lock, no allocation unless something is ejected.</summary>
    public void Report(ClusterState cluster, EndpointState endpoint, CallOutcome outcome)
    {
        _ = timeProvider;
        throw new NotImplementedException();
    }
}
