namespace Mesh.Client.Simulation;

/// <summary>What may happen to a fleet.</summary>
internal static class Scenarios
{
    private const double SlowShare = 0.1;
    private const double Slowness = 5;

    /// <summary>Seconds after the start at which the event of a scenario happens.</summary>
    private const double Event = 8;

    public static Scenario Flat { get; } = new("flat", static (_, _) => { });

    /// <summary>A tenth of the servers is five times slower.</summary>
    public static Scenario SlowSet { get; } = new("slow", static (simulation, _) => MakeSlow(simulation, 0));

    /// <summary>Another tenth every five seconds.</summary>
    public static Scenario MovingSet { get; } = new("moving", static (simulation, time) => MakeSlow(simulation, (int)(time / 5))) { Duration = 30 };

    /// <summary>One server answers 503 at once, from its first call on.</summary>
    public static Scenario FastFailure { get; } = new(
        "failing", static (simulation, time) => simulation.SetBehaviour(0, ServerBehaviour.FailsFast))
    {
        Watched = 0,
        WatchedFrom = 5,
    };

    /// <summary>One server accepts calls and answers none.</summary>
    public static Scenario Freeze { get; } = new(
        "frozen", static (simulation, time) => simulation.SetBehaviour(0, time < Event ? ServerBehaviour.Serves : ServerBehaviour.Frozen))
    {
        Watched = 0,
        WatchedFrom = Event + 0.15,
    };

    /// <summary>A third of the servers is gone at once, and discovery does not know yet. Half the load, so that the rest can bear it.</summary>
    public static Scenario ZoneLoss { get; } = new(
        "zone loss",
        static (simulation, time) =>
        {
            for (var server = 0; server < simulation.Scenario.Servers / 3; server++)
            {
                simulation.SetBehaviour(server, time < Event ? ServerBehaviour.Serves : ServerBehaviour.Unreachable);
            }
        })
    { Utilisation = 0.45 };

    /// <summary>A fifth of the servers joins; each is ten times slower at first, and as fast as the others after five seconds.</summary>
    public static Scenario ColdStart { get; } = new(
        "cold start",
        static (simulation, time) =>
        {
            if (time < Event)
            {
                return;
            }

            simulation.JoinAll();
            for (var server = simulation.Scenario.FirstServers; server < simulation.Scenario.Servers; server++)
            {
                simulation.SetSlowness(server, Math.Max(1, 10 - (9 * (time - Event) / 5)));
            }
        })
    { FirstServers = 80, Utilisation = 0.56 };

    /// <summary>Few servers and few clients, all equal.</summary>
    public static Scenario Small { get; } = Flat with { Name = "small", Servers = 10, Clients = 5 };

    /// <summary>Few servers and few clients, one of them slow, another one every five seconds.</summary>
    public static Scenario SmallMoving { get; } = MovingSet with { Name = "small, moving", Servers = 10, Clients = 5 };

    /// <summary>Thousands of servers, of which a client calls each a few times a second: little is learnt of each.</summary>
    public static Scenario Large { get; } = SlowSet with { Name = "large", Servers = 2_000, Clients = 100, WarmUp = 3, Duration = 6, HasOracle = false };

    /// <summary>Many clients, each of which calls rarely and so hears little of the servers.</summary>
    public static Scenario Rare { get; } = SlowSet with { Name = "rare", Clients = 5_000, HasOracle = false };

    public static IReadOnlyList<Scenario> All { get; } = [Flat, SlowSet, MovingSet, FastFailure, Freeze, ZoneLoss, ColdStart, Small, SmallMoving, Large, Rare];

    private static void MakeSlow(Simulation simulation, int round)
    {
        var servers = simulation.Scenario.Servers;
        var slow = (int)(SlowShare * servers);
        for (var server = 0; server < servers; server++)
        {
            // Sets that follow each other share no server.
            var place = (server - (round * slow) % servers + servers) % servers;
            simulation.SetSlowness(server, place < slow ? Slowness : 1);
        }
    }
}
