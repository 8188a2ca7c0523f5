using Mesh.Client.Discovery;
using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>Which endpoints of a service a cluster has taken.</summary>
/// <param name="Service">All of the service, each address once.</param>
/// <param name="Taken">Of each whether it was; null where all were.</param>
/// <param name="States">Of those that were, in their order.</param>
internal sealed record ClusterMembers(EndpointList Service, bool[]? Taken, EndpointState[] States)
{
    public bool IsTaken(int place) => Taken is null || Taken[place];

    public int CountTaken(int from, int to) => Taken is null ? to - from : Taken.AsSpan(from..to).Count(true);
}
