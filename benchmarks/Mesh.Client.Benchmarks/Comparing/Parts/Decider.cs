using System.Globalization;
using Mesh.Client.Benchmarks.Rules;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Route, subset and pick alone, as the pipeline strings them together, by turns for each of some requests.</summary>
internal sealed class Decider
{
    private readonly MeshSnapshot _snapshot;
    private readonly HttpRequestMessage[] _requests;
    private readonly EndpointSet _endpoints;
    private readonly MeshRandom _random = MeshRandom.Unseeded;
    private readonly Balancer _balancer;
    private ClusterModel? _cluster;
    private int _turn;

    public Decider(string rulesJson, IEnumerable<string> hosts, int endpoints)
    {
        _snapshot = RuleLoading.Compile(rulesJson);
        _requests = [.. hosts.Select(MakeRequest)];
        _balancer = Balancer.Create(ClusterPolicy.Default, _random, new ActiveClock(TimeProvider.System));
        var states = Enumerable.Range(0, endpoints).Select(MakeEndpoint).ToArray();
        _endpoints = new EndpointSet(states, states);
        for (var call = 0; call < _requests.Length; call++)
        {
            Decide();
            if (_cluster?.Key.Subset != "v2")
            {
                throw new InvalidOperationException($"{_requests[call].RequestUri} went to {_cluster?.Key}, not to subset v2.");
            }
        }
    }

    /// <param name="rules">Of the one service.</param>
    /// <param name="endpoints">Of the set that is picked from.</param>
    /// <param name="requests">More than one, by turns, where it is compared with many hosts: each request takes its place in the caches too, and
    /// the rules alone are to make the difference. In an application a request was just made when it is routed.</param>
    public static Decider OneService(int rules, int endpoints, int requests = 1)
        => new(RuleText.OneService(rules, ["10.0.0.1:80"], 2), Enumerable.Repeat("reviews", requests), endpoints);

    public static EndpointState MakeEndpoint(int index)
    {
        var host = string.Create(CultureInfo.InvariantCulture, $"10.{index >> 16 & 255}.{index >> 8 & 255}.{index & 255}");
        return new EndpointState(new Endpoint { Address = $"{host}:80", Host = host, Port = 80 });
    }

    public EndpointState Decide()
    {
        var request = _requests[_turn];
        _turn = _turn + 1 < _requests.Length ? _turn + 1 : 0;
        if (!HostTable.TryFind(_snapshot, request.RequestUri!, out var match))
        {
            throw new InvalidOperationException($"The rules do not know {request.RequestUri}.");
        }

        var decision = RouteSelector.Select(match, request, _random);
        _cluster = decision.Cluster;
        return _balancer.Pick(_endpoints, new([], TimeProvider.System)) ?? throw new InvalidOperationException("Nothing was picked.");
    }

    public Contender Named(string name) => Contender.Synchronous(name, calls =>
    {
        for (var call = 0; call < calls; call++)
        {
            Decide();
        }
    });

    private static HttpRequestMessage MakeRequest(string host)
        => new(HttpMethod.Get, $"http://{host}/reviews/0") { Headers = { { "end-user", RuleText.User } } };
}
