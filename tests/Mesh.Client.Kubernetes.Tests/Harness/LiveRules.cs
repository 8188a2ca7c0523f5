using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Rules that are live and stay so.</summary>
internal sealed class LiveRules(MeshConfiguration current) : IMeshConfigurationAccessor
{
    public MeshConfiguration Current => current;

    public IncomingParts HashedParts => IncomingParts.None;

    public void CountIgnoredDeadline(string header)
    {
    }
}
