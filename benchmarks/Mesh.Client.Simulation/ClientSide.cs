using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client.Simulation;

/// <summary>One client process: a balancer of the mesh and what it knows of each server.</summary>
internal sealed class ClientSide
{
    private readonly SimulationClock _clock;
    private readonly Balancer _balancer;
    private readonly RetryBudget _budget;
    private EndpointState[] _endpoints = [];
    private EndpointSet _set = EndpointSet.Empty;
    private Dictionary<EndpointState, int> _places = [];

    public ClientSide(Policy policy, Scenario scenario, SimulationClock clock, MeshRandom random, int servers)
    {
        _clock = clock;
        _budget = new RetryBudget(RetryBudgetExtension.Default, clock);
        var active = new ActiveClock(clock);
        active.Dispose();
        _balancer = Balancer.Create(policy.Settings, random, active);
        Join(servers);
    }

    public void Join(int servers)
    {
        _endpoints = [.. _endpoints, .. Enumerable.Range(_endpoints.Length, servers - _endpoints.Length).Select(Make)];
        _set = new EndpointSet(_endpoints, _endpoints);
        _places = _endpoints.Index().ToDictionary(place => place.Item, place => place.Index);
    }

    public int Pick() => _places[_balancer.Pick(_set, new([], _clock))!];

    /// <summary>Null where the policy asks nobody beside the call.</summary>
    public ProbesUnderWay? TryBeginProbes()
    {
        if (_balancer is not PrequalBalancer { WantsProbes: true } prequal || !prequal.TryBeginProbes(out var group))
        {
            return null;
        }

        var places = new int[ProbeRound.MaximumProbes];
        var found = prequal.DrawUnreported(group, places);
        var asked = 0;
        while (asked < found && _budget.TryTakeSpare())
        {
            asked++;
        }

        if (asked > 0)
        {
            return new ProbesUnderWay(prequal, group, places[..asked]);
        }

        prequal.EndProbes(0, 0);
        return null;
    }

    public void Begin(int server, long now)
    {
        _budget.OnCall(now);
        _endpoints[server].BeginCall();
        if (_balancer.LearnsFromCalls)
        {
            _balancer.Begin(_endpoints[server], now);
        }
    }

    public void End(int server, long started, CallOutcome outcome, LoadReport? report)
    {
        var endpoint = _endpoints[server];
        if (_balancer.LearnsFromCalls)
        {
            _balancer.End(endpoint, new(started, _clock.Now, outcome, null));
            if (report is { } told)
            {
                (_balancer as PrequalBalancer)?.Report(endpoint, told, _clock.Now);
            }
        }

        endpoint.EndCall();
        if (outcome == CallOutcome.ConnectFailure)
        {
            ConnectFailureMark.Set(endpoint, _clock);
        }
        else
        {
            ConnectFailureMark.Clear(endpoint);
        }
    }

    private static EndpointState Make(int place)
    {
        var name = place.ToString(CultureInfo.InvariantCulture);
        return new EndpointState(new Endpoint { Address = name, Host = name });
    }
}
