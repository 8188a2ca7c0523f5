using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Simulation;

/// <summary>One row of the tables.</summary>
/// <param name="Name">As rules name it.</param>
/// <param name="Settings">What its balancers are made of.</param>
internal sealed record Policy(string Name, ClusterPolicy Settings)
{
    /// <summary>Knows every queue and how fast it moves: no policy of clients can do better.</summary>
    public bool IsOracle { get; private init; }

    public static IReadOnlyList<Policy> All { get; } =
    [
        Of("ROUND_ROBIN", LoadBalancerPolicy.RoundRobin),
        Of("RANDOM", LoadBalancerPolicy.Random),
        Of("LEAST_REQUEST", LoadBalancerPolicy.LeastRequest),
        Of("PEAK_EWMA", LoadBalancerPolicy.PeakEwma),
        new("PEAK_EWMA of 3", new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.PeakEwma, LoadBalancerExtension = new() { ChoiceCount = 3 } }),
        Of("PREQUAL", LoadBalancerPolicy.Prequal),
        new("(oracle)", new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.Random }) { IsOracle = true },
    ];

    public static Policy Of(string name, LoadBalancerPolicy policy) => new(name, new ClusterPolicy { LoadBalancer = policy });
}
