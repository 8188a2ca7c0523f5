namespace Mesh.Client.Simulation;

/// <summary>A fleet, its load, and what happens to it.</summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Change">Called at the start and then after each <paramref name="Step"/> with the seconds since the start; changes servers.</param>
internal sealed record Scenario(string Name, Action<Simulation, double> Change)
{
    public int Servers { get; init; } = 100;

    public int Clients { get; init; } = 50;

    /// <summary>Calls that one server serves at a time.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>In seconds.</summary>
    public double ServiceTime { get; init; } = 0.010;

    /// <summary>Standard deviation of the logarithm of service times; 0 for exponential ones.</summary>
    public double LogNormalSigma { get; init; }

    /// <summary>The part of the fleet's nominal capacity that is asked for.</summary>
    public double Utilisation { get; init; } = 0.7;

    /// <summary>Seconds before anything is counted.</summary>
    public double WarmUp { get; init; } = 5;

    /// <summary>Seconds in all.</summary>
    public double Duration { get; init; } = 20;

    public double Step { get; init; } = 0.5;

    /// <summary>Seconds after which a call is given up.</summary>
    public double Timeout { get; init; } = 5;

    public double ConnectTimeout { get; init; } = 1;

    /// <summary>Servers that are there from the start; the others join when <see cref="Change"/> says so.</summary>
    public int FirstServers { get; init; } = int.MaxValue;

    /// <summary>The server whose share of the calls is of interest; -1 for none.</summary>
    public int Watched { get; init; } = -1;

    /// <summary>False where looking at every queue for every call would take hours.</summary>
    public bool HasOracle { get; init; } = true;

    /// <summary>Seconds from the start: the share of <see cref="Watched"/> counts from here.</summary>
    public double WatchedFrom { get; init; }
}
