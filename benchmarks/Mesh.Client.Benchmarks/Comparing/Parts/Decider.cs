using System.Globalization;
using Mesh.Client.Benchmarks.Rules;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Routing;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Route, subset and pick alone, as the pipeline strings them together, by turns for each of some requests.</summary>
internal sealed class Decider
{
    private static readonly ActiveClock Clock = new(TimeProvider.System);
    private static readonly HttpResponseMessage Reporting = new() { Headers = { { LoadReport.HeaderName, "rif=2;latency=12000" } } };

    private readonly MeshSnapshot _snapshot;
    private readonly HttpRequestMessage[] _requests;
    private readonly EndpointSet _endpoints;
    private readonly MeshRandom _random = MeshRandom.Unseeded;
    private readonly Balancer _balancer;
    private readonly ConsistentHashConfiguration? _hashing;
    private ClusterModel? _cluster;
    private int _turn;

    public Decider(string rulesJson, IEnumerable<string> hosts, int endpoints)
        : this(rulesJson, hosts, ClusterPolicy.Default, [.. Enumerable.Range(0, endpoints).Select(MakeEndpoint)])
    {
    }

    /// <param name="rulesJson">What routes.</param>
    /// <param name="hosts">Called by turns.</param>
    /// <param name="policy">What picks, whatever the rules say.</param>
    /// <param name="endpoints">Of the set that is picked from.</param>
    private Decider(string rulesJson, IEnumerable<string> hosts, ClusterPolicy policy, EndpointState[] endpoints)
    {
        _snapshot = RuleLoading.Compile(rulesJson);
        _requests = [.. hosts.Select(MakeRequest)];
        _balancer = Balancer.Create(policy, _random, Clock);
        _hashing = policy.ConsistentHash;
        _endpoints = AvailableEndpoints.Build(endpoints, policy);
        _balancer.Prepare(EndpointSet.Empty, _endpoints, 80);
        if (_balancer.LearnsFromCalls)
        {
            for (var index = 0; index < endpoints.Length; index++)
            {
                Answer(endpoints[index], index);
            }
        }

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

    /// <summary>Ten rules, of which the last one matches, before a policy of its own.</summary>
    public static Decider WithPolicy(ClusterPolicy policy, EndpointState[] endpoints)
        => new(RuleText.OneService(10, ["10.0.0.1:80"], 2), ["reviews"], policy, endpoints);

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
        ulong? hash = _hashing is null ? null : CallHash.Of(_hashing, request, null);
        return _balancer.Pick(_endpoints, new([], TimeProvider.System) { Hash = hash }) ?? throw new InvalidOperationException("Nothing was picked.");
    }

    public Contender Named(string name) => Contender.Synchronous(name, calls =>
    {
        if (_balancer.AsksForReports)
        {
            RenewReports();
        }

        for (var call = 0; call < calls; call++)
        {
            Decide();
        }
    });

    /// <summary>A call that took 10 to 19 ms, so that a policy that learns from calls has something to compare, with a server's report.</summary>
    private void Answer(EndpointState endpoint, int index)
    {
        var ended = Clock.GetTimestamp();
        var started = ended - (TimeProvider.System.TimestampFrequency * (10 + (index % 10)) / 1_000);
        _balancer.Begin(endpoint, started);
        _balancer.End(endpoint, new(started, ended, CallOutcome.Success, Reporting));
    }

    /// <summary>Reports hold for a second, and no call brings new ones here.</summary>
    private void RenewReports()
    {
        foreach (var group in _endpoints.Groups)
        {
            var pool = ReportPool.Of(group);
            for (var slot = 0; slot < ReportPool.Size; slot++)
            {
                if (pool[slot] is >= 0 and var place && place < group.Endpoints.Length)
                {
                    Answer(group.Endpoints[place], place);
                }
            }
        }
    }

    private static HttpRequestMessage MakeRequest(string host)
        => new(HttpMethod.Get, $"http://{host}/reviews/0") { Headers = { { "end-user", RuleText.User } } };
}
