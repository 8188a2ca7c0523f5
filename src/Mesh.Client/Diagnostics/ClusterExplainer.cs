using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client.Diagnostics;

/// <summary>Policy and endpoints of a cluster, from the rules and from what runs already. Makes nothing run.</summary>
internal sealed class ClusterExplainer(MeshSnapshot snapshot, ClusterManager? clusters, TimeProvider timeProvider)
{
    private readonly DestinationRuleTable _destinationRules = new(snapshot.Configuration);

    /// <param name="cluster">The cluster.</param>
    /// <param name="port">The port that is called.</param>
    /// <param name="answer">The mesh's own answer where the cluster has no endpoint to pick; null where it has, or where that is not known.</param>
    public MeshClusterExplanation Explain(ClusterModel cluster, int port, out MeshAnswerExplanation? answer)
    {
        var key = cluster.Key.Port == 0 ? cluster.Key with { Port = port } : cluster.Key;
        var state = clusters?.Find(cluster, port);
        var discovery = DiscoveryOf(cluster.Service, out var known, out var isAsked);
        var set = state?.Endpoints;
        MeshEndpointExplanation[] endpoints = state is not null
            ? Explain(state, set!)
            : [.. from endpoint in known
                  where endpoint.Carries(cluster.SubsetLabels)
                  select Explain(endpoint, EndpointAuthority.Describe(endpoint, cluster, port))];
        var isEmpty = state is null ? endpoints.Length == 0 : clusters!.IsReady(state) && set!.Groups.Length == 0;
        answer = !cluster.Policy.IsPassThrough && isEmpty && discovery is { } status
            ? new(503, MeshResponseFlags.NoHealthyUpstream, CallRouter.NoEndpointReason(key, set is null ? [] : set.All, status))
            : state is not null && CallAdmission.BrokenReason(state, timeProvider.GetTimestamp()) is { } broken ? new(503, MeshResponseFlags.UpstreamOverflow, broken)
            : null;
        return new()
        {
            Name = key.ToString(),
            Service = key.Service,
            Subset = key.Subset,
            SubsetLabels = cluster.SubsetLabels,
            DestinationRules = _destinationRules.Find(cluster.Service.Name, cluster.Service.Namespace)?.Resources,
            Settings = PolicySettings.Of(cluster.Policy),
            Discovery = cluster.Service.Discovery.ToString(),
            DiscoveryState = isAsked ? discovery?.State.ToString() : null,
            DiscoveryAge = isAsked ? discovery?.Age : null,
            DiscoveryProblem = discovery?.Problem,
            WasCalled = state is not null,
            IsEjectionImpossible = endpoints.Length > 0 && cluster.Policy.OutlierDetection is { } outliers && !outliers.CanEject(endpoints.Length),
            IsPassThrough = cluster.Policy.IsPassThrough,
            IsPanicking = set is { IsPanicking: true },
            Groups = [.. (set?.Groups ?? []).Select((group, index) => new MeshGroupExplanation
            {
                Priority = group.Priority,
                Locality = group.Locality,
                Share = 100 * set!.ShareOf(index),
                Endpoints = group.Endpoints.Length,
                IsPanicking = group.IsPanicking || (set.IsPanicking && set.Groups.Length == 1),
            })],
            Endpoints = endpoints,
        };
    }

    /// <summary>What is known of a service: from its watcher where there is one, else from the rules. Null: nothing, before the first call.</summary>
    private DiscoveryStatus? DiscoveryOf(ServiceModel service, out IReadOnlyList<Endpoint> endpoints, out bool isAsked)
    {
        if (clusters?.FindWatcher(service) is { } watcher)
        {
            (endpoints, isAsked) = (watcher.Endpoints, true);
            var status = watcher.Status;
            return status.State == DiscoveryState.Pending ? null : status;
        }

        isAsked = false;
        if (service.Discovery != DiscoveryKind.Static)
        {
            endpoints = [];
            return null;
        }

        var answer = StaticEndpointSource.Answer(new EndpointPlan(service).Questions[0]);
        var view = EndpointView.Of(EndpointList.Empty.Replace(answer.Endpoints), [QuestionView.Begin(0).After(answer, 0)], 0);
        endpoints = view.Endpoints;
        return new(view.State, view.Endpoints.Count, TimeSpan.Zero, view.Problem);
    }

    private static MeshEndpointExplanation Explain(Endpoint endpoint, string address)
        => new() { Address = address, Labels = endpoint.Labels, Locality = endpoint.Locality, Weight = endpoint.Weight, IsDraining = endpoint.IsDraining };

    private MeshEndpointExplanation[] Explain(ClusterState cluster, EndpointSet set)
    {
        var groups = new Dictionary<EndpointState, EndpointGroup>();
        foreach (var group in set.Groups)
        {
            foreach (var endpoint in group.Endpoints)
            {
                groups[endpoint] = group;
            }
        }

        return [.. set.All.Select((endpoint, place) => Explain(endpoint, groups.GetValueOrDefault(endpoint), cluster, set.IsDraining(place)))];
    }

    private MeshEndpointExplanation Explain(EndpointState state, EndpointGroup? group, ClusterState cluster, bool isDraining)
    {
        var endpoint = state.Endpoint;
        return new()
        {
            Address = EndpointAuthority.Describe(endpoint, cluster),
            Labels = endpoint.Labels,
            Locality = endpoint.Locality,
            Priority = group?.Priority,
            WarmedUp = group?.WarmUp?.FactorOf(state, timeProvider, timeProvider.GetTimestamp()) is < 1 and var part ? part : null,
            Weight = endpoint.Weight,
            InFlight = state.InFlight,
            IsDraining = isDraining,
            IsForOthers = endpoint.IsForOthers && cluster.Model.Policy.HeedsSource,
            EjectedFor = !state.IsEjected ? null
                : Volatile.Read(ref state.Health.EjectedUntil) is var until && until == long.MaxValue ? TimeSpan.MaxValue
                : Left(until),
            IsEjectedByHand = state.IsEjected && state.Health.IsEjectedByHand,
            CircuitBreaker = CircuitBreakers.Of(state)?.State,
            FailedHealthCheck = state.IsFailing ? state.Health.CheckFailure ?? "" : null,
            AvoidedFor = Left(state.ConnectFailedUntil) is { Ticks: > 0 } left ? left : null,
        };
    }

    /// <summary>Zero where the time has come.</summary>
    private TimeSpan Left(long until)
    {
        var now = timeProvider.GetTimestamp();
        return until > now ? timeProvider.GetElapsedTime(now, until) : TimeSpan.Zero;
    }
}
