using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Simulation;

/// <summary>One run: clients with balancers of their own call the same servers, at random times that do not wait for answers.</summary>
internal sealed class Simulation
{
    private const long NetworkTime = 125_000;
    private const long FailureTime = 200_000;

    private readonly SimulationClock _clock = new();
    private readonly MeshRandom _random;
    private readonly Policy _policy;
    private readonly PriorityQueue<Event, long> _events = new();
    private readonly Server[] _servers;
    private readonly ClientSide[] _clients;
    private readonly List<Call> _calls = [];
    private readonly List<Probe> _probes = [];
    private readonly Stack<int> _freeCalls = new();
    private readonly LatencyHistogram _latencies = new();
    private readonly long _countFrom;
    private readonly long _watchFrom;
    private readonly double _arrivalTime;
    private int _joined;
    private long _failures;
    private long _watchedCalls;
    private long _callsSinceWatched;

    public Simulation(Scenario scenario, Policy policy, long seed)
    {
        Scenario = scenario;
        _policy = policy;
        _random = MeshRandom.Seeded(seed);
        _servers = [.. Enumerable.Range(0, scenario.Servers).Select(_ => new Server(scenario.Workers, _clock))];
        _joined = Math.Min(scenario.FirstServers, scenario.Servers);
        _clients = [.. Enumerable.Range(0, scenario.Clients).Select(client => new ClientSide(policy, scenario, _clock, MeshRandom.Seeded((seed * 1_000_003) + client), _joined))];
        _countFrom = ToTime(scenario.WarmUp);
        _watchFrom = ToTime(scenario.WatchedFrom);
        _arrivalTime = scenario.ServiceTime / (scenario.Utilisation * scenario.Servers * scenario.Workers);
    }

    private enum EventKind
    {
        Change,
        Arrival,
        Reached,
        Served,
        Answered,
        GivenUp,
        ProbeReached,
        ProbeEnded,
    }

    public Scenario Scenario { get; }

    public SimulationResult Run()
    {
        var end = ToTime(Scenario.Duration);
        _events.Enqueue(new(EventKind.Change, 0, 0), 0);
        _events.Enqueue(new(EventKind.Arrival, 0, 0), 0);
        while (_events.TryDequeue(out var next, out var time) && time < end)
        {
            _clock.Now = time;
            Handle(next);
        }

        // What hangs still has lasted so long at least.
        foreach (var call in _calls)
        {
            if (call.IsLive && call.Started >= _countFrom)
            {
                _latencies.Add(end - call.Started);
            }
        }

        var loads = _servers.Take(_joined).Select(server => (double)server.Calls).ToArray();
        return new SimulationResult(
            _latencies.Quantile(0.5),
            _latencies.Quantile(0.99),
            _latencies.Quantile(0.999),
            loads.Max() / loads.Average(),
            100.0 * _failures / _latencies.Count,
            _callsSinceWatched == 0 ? 0 : 100.0 * _watchedCalls / _callsSinceWatched);
    }

    public void SetSlowness(int server, double slowness) => _servers[server].Slowness = slowness;

    public void SetBehaviour(int server, ServerBehaviour behaviour)
    {
        _servers[server].Behaviour = behaviour;
        while (_servers[server].TakeNext() is var call and >= 0)
        {
            Serve(call);
        }
    }

    /// <summary>Discovery tells all clients of the servers that were not there from the start.</summary>
    public void JoinAll()
    {
        if (_joined < Scenario.Servers)
        {
            _joined = Scenario.Servers;
            Array.ForEach(_clients, client => client.Join(Scenario.Servers));
        }
    }

    private static long ToTime(double seconds) => (long)(seconds * SimulationClock.PerSecond);

    private void Handle(Event next)
    {
        switch (next.Kind)
        {
            case EventKind.Change:
                Scenario.Change(this, _clock.Now / (double)SimulationClock.PerSecond);
                _events.Enqueue(next, _clock.Now + ToTime(Scenario.Step));
                break;
            case EventKind.Arrival:
                Send();
                _events.Enqueue(next, _clock.Now + ToTime(_arrivalTime * Exponential()));
                break;
            case EventKind.Reached when IsLive(next):
                Reach(next.Call);
                break;
            case EventKind.Served:
                Leave(next);
                break;
            case EventKind.Answered when IsLive(next):
                End(next.Call, CallOutcome.Success);
                break;
            case EventKind.GivenUp when IsLive(next):
                End(next.Call, _calls[next.Call].EndsWith);
                break;
            case EventKind.ProbeReached:
                ReachByProbe(next.Call);
                break;
            case EventKind.ProbeEnded:
                _probes[next.Call].Round.End(_probes[next.Call].Place, _probes[next.Call].Answer);
                break;
        }
    }

    private bool IsLive(Event next) => _calls[next.Call] is var call && call.IsLive && call.Generation == next.Generation;

    private void Send()
    {
        var client = _clients[_random.Next(_clients.Length)];
        var place = _policy.IsOracle ? AskOracle() : client.Pick();
        if (!_freeCalls.TryPop(out var index))
        {
            index = _calls.Count;
            _calls.Add(new Call());
        }

        var call = _calls[index];
        call.Begin(client, place, _clock.Now);
        client.Begin(place, call.Started);
        if (_clock.Now >= _countFrom)
        {
            _servers[place].Calls++;
        }

        if (_clock.Now >= _watchFrom)
        {
            _callsSinceWatched++;
            _watchedCalls += place == Scenario.Watched ? 1 : 0;
        }

        _events.Enqueue(new(EventKind.Reached, index, call.Generation), _clock.Now + NetworkTime);
        if (client.TryBeginProbes() is { } round)
        {
            foreach (var asked in round.Places)
            {
                _probes.Add(new Probe(round, asked));
                _events.Enqueue(new(EventKind.ProbeReached, _probes.Count - 1, 0), _clock.Now + NetworkTime);
            }
        }
    }

    /// <summary>Middleware answers it, before anything that takes a worker.</summary>
    private void ReachByProbe(int index)
    {
        var probe = _probes[index];
        var server = _servers[probe.Place];
        probe.Answer = server.Behaviour switch
        {
            ServerBehaviour.Serves => new LoadAnswer(LoadReportState.Usable, server.Load.Report(), null),
            ServerBehaviour.FailsFast => default(LoadAnswer),
            _ => null,
        };
        var time = probe.Answer is null ? ToTime(ProbeRound.Deadline.TotalSeconds) : NetworkTime;
        _events.Enqueue(new(EventKind.ProbeEnded, index, 0), _clock.Now + time);
    }

    private int AskOracle()
    {
        var best = _random.Next(_joined);
        for (var step = 1; step < _joined; step++)
        {
            var next = best + step < _joined ? best + step : best + step - _joined;
            best = _servers[next].ExpectedTime < _servers[best].ExpectedTime ? next : best;
        }

        return best;
    }

    private void Reach(int index)
    {
        var call = _calls[index];
        var server = _servers[call.Server];
        if (server.Behaviour is ServerBehaviour.FailsFast or ServerBehaviour.Unreachable)
        {
            var isRefused = server.Behaviour == ServerBehaviour.FailsFast;
            call.EndsWith = isRefused ? CallOutcome.GatewayError : CallOutcome.ConnectFailure;
            _events.Enqueue(
                new(EventKind.GivenUp, index, call.Generation),
                _clock.Now + (isRefused ? FailureTime : ToTime(Scenario.ConnectTimeout)));
            return;
        }

        call.EndsWith = CallOutcome.Timeout;
        call.Begun = server.Load.Begin();
        if (server.Behaviour == ServerBehaviour.Frozen)
        {
            // Elsewhere nothing comes near the timeout, and its events would fill the queue.
            _events.Enqueue(new(EventKind.GivenUp, index, call.Generation), _clock.Now + ToTime(Scenario.Timeout));
        }

        if (server.Arrive(index))
        {
            Serve(index);
        }
    }

    private void Serve(int index)
    {
        var call = _calls[index];
        var server = _servers[call.Server];
        var time = Scenario.ServiceTime * server.Slowness * (Scenario.LogNormalSigma > 0 ? LogNormal() : Exponential());
        _events.Enqueue(new(EventKind.Served, index, call.Generation), _clock.Now + ToTime(time));
    }

    private void Leave(Event next)
    {
        var place = _calls[next.Call].Server;
        var server = _servers[place];
        server.Leave();
        if (IsLive(next))
        {
            var call = _calls[next.Call];
            call.Report = server.Load.Report();
            server.Load.End(call.Begun);
        }

        while (server.TakeNext() is var waiting and >= 0)
        {
            Serve(waiting);
        }

        if (server.Behaviour == ServerBehaviour.Serves && IsLive(next))
        {
            _events.Enqueue(new(EventKind.Answered, next.Call, next.Generation), _clock.Now + NetworkTime);
        }
    }

    private void End(int index, CallOutcome outcome)
    {
        var call = _calls[index];
        call.Client!.End(call.Server, call.Started, outcome, outcome == CallOutcome.Success ? call.Report : null);
        if (call.Started >= _countFrom)
        {
            _latencies.Add(_clock.Now - call.Started);
            _failures += outcome == CallOutcome.Success ? 0 : 1;
        }

        call.IsLive = false;
        if (outcome == CallOutcome.Success)
        {
            // Others may still stand in the queue of their server.
            _freeCalls.Push(index);
        }
    }

    private double Exponential() => -Math.Log(1 - _random.NextDouble());

    /// <summary>Of mean 1.</summary>
    private double LogNormal()
    {
        var normal = Math.Sqrt(2 * Exponential()) * Math.Cos(2 * Math.PI * _random.NextDouble());
        var sigma = Scenario.LogNormalSigma;
        return Math.Exp((sigma * normal) - (sigma * sigma / 2));
    }

    /// <param name="Kind">What happens.</param>
    /// <param name="Call">To which call, or to which probe.</param>
    /// <param name="Generation">Of the call.</param>
    private readonly record struct Event(EventKind Kind, int Call, int Generation);

    private sealed class Probe(ProbesUnderWay round, int place)
    {
        public ProbesUnderWay Round { get; } = round;

        public int Place { get; } = place;

        public LoadAnswer? Answer { get; set; }
    }

    private sealed class Call
    {
        public ClientSide? Client { get; private set; }

        public int Server { get; private set; }

        public long Started { get; private set; }

        public int Generation { get; private set; }

        public bool IsLive { get; set; }

        public CallOutcome EndsWith { get; set; }

        /// <summary>From its arrival at the server.</summary>
        public (long Started, int InFlight) Begun { get; set; }

        public LoadReport? Report { get; set; }

        public void Begin(ClientSide client, int server, long now)
        {
            (Client, Server, Started, IsLive) = (client, server, now, true);
            Generation++;
        }
    }
}
