using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Simulation;

/// <summary>A round of probes of one client.</summary>
/// <param name="balancer">Who began it.</param>
/// <param name="group">Whose endpoints are asked.</param>
/// <param name="places">Which.</param>
internal sealed class ProbesUnderWay(PrequalBalancer balancer, EndpointGroup group, int[] places)
{
    private int _ended;
    private int _reports;

    public ReadOnlySpan<int> Places => places;

    /// <summary>After the last one the round is over.</summary>
    /// <param name="place">Whose answer it is.</param>
    /// <param name="answer">Null for none in time.</param>
    public void End(int place, in LoadAnswer? answer)
    {
        balancer.OnProbed(group, place, answer);
        _reports += answer is { State: LoadReportState.Usable } ? 1 : 0;
        if (++_ended == places.Length)
        {
            balancer.EndProbes(places.Length, _reports);
        }
    }
}
