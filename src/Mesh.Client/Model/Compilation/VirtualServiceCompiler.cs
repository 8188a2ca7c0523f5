using System.Globalization;
using System.Runtime.InteropServices;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>One VirtualService to its rules, as this client's calls see them.</summary>
internal sealed class VirtualServiceCompiler(ServiceTable services, ClusterTable clusters, MatchCompiler matchCompiler)
{
    private readonly RuleIndexBuilder _indexes = new();
    private readonly List<RouteDestinationModel> _collected = [];

    // Those of the rule before: rules in a row mostly share calls out in the same way, and then share the objects.
    private RouteDestinationModel[] _destinations = [];

    /// <summary>False where no rule is left for calls of this workload: all bound to gateways or to other callers, or none but <c>tcp</c> and <c>tls</c>.</summary>
    public bool Applies(VirtualServiceConfiguration virtualService)
        => virtualService.AppliesToMesh
            && virtualService.Http.Any(route => route.Match.Count == 0 || route.Match.Any(matchCompiler.AppliesToCaller));

    public VirtualServiceModel Compile(VirtualServiceConfiguration virtualService)
    {
        var rules = new RouteRuleModel[virtualService.Http.Count];
        var count = 0;
        for (var i = 0; i < virtualService.Http.Count; i++)
        {
            var route = virtualService.Http[i];
            var matches = matchCompiler.Compile(route.Match);
            // A rule none of whose matches can hold is left out: with no matches at all it would take every call.
            if (matches.Length > 0 || route.Match.Count == 0)
            {
                rules[count++] = Compile(virtualService.Metadata, i, route, matches);
            }
        }

        Array.Resize(ref rules, count);
        return new() { Resource = virtualService.Title, Rules = rules, Written = virtualService, Index = _indexes.Build(rules) };
    }

    /// <summary>By which results, spans and bodies name a rule.</summary>
    public static string RuleName(ResourceMetadata owner, int index, HttpRouteConfiguration route)
    {
        var name = route.Name is null ? "" : $" ({route.Name})";
        return route is { Place: { } written, WrittenIn: { Kind: GatewayRouteConfiguration.Http or GatewayRouteConfiguration.Grpc } writer } ? $"{writer} {written}{name}"
            : route.Place is { } place ? $"{owner.Namespace}/{owner.Name} {place}{name}"
            : string.Create(CultureInfo.InvariantCulture, $"{owner.Namespace}/{owner.Name} http[{index}]{name}");
    }

    private RouteRuleModel Compile(ResourceMetadata owner, int index, HttpRouteConfiguration route, MatchModel[] matches)
    {
        var name = RuleName(owner, index, route);
        var destinations = Destinations(owner, name, route);
        var isAnswer = route.Refusal is null && (route.Redirect is not null || route.DirectResponse is not null);
        return new()
        {
            Name = name,
            Matches = matches,
            Destinations = destinations,
            TotalWeight = TotalWeight(destinations),
            Redirect = isAnswer ? Redirect(route.Redirect) : null,
            DirectResponse = route is { Redirect: null, DirectResponse: { } direct } ? new(direct.Status, direct.Body) : null,
            Edits = isAnswer ? EditsCompiler.Compile(route, null) : null,
            Mirrors = Mirrors(owner, route.Mirrors),
            Fault = Fault(route.Fault),
            Timeout = route.Timeout,
            HeadersTimeout = route.Extension?.HeadersTimeout,
            IdleTimeout = route.Extension?.IdleTimeout,
            Retries = Retries(route),
            Refusal = route.Refusal ?? (destinations.Length == 0 && !isAnswer ? $"{name} has no destination that can be chosen" : null),
            UndefinedStatus = route.UndefinedStatus,
        };
    }

    private RouteDestinationModel[] Destinations(ResourceMetadata owner, string name, HttpRouteConfiguration rule)
    {
        var route = rule.Route;
        _collected.Clear();
        if (route.Count == 1)
        {
            _collected.Add(Destination(owner, name, rule, route[0], route[0].Weight));
            return Collected();
        }

        var (count, total) = (0, 0L);
        for (var i = 0; i < route.Count; i++)
        {
            var weight = Math.Max(0, route[i].Weight);
            (count, total) = (weight > 0 ? count + 1 : count, total + weight);
        }

        // Weights are relative: halving all of them until their sum fits an int keeps their proportions.
        var shift = 0;
        while (total >> shift > int.MaxValue - count)
        {
            shift++;
        }

        for (var i = 0; i < route.Count; i++)
        {
            if (route[i].Weight > 0)
            {
                _collected.Add(Destination(owner, name, rule, route[i], Math.Max(1, route[i].Weight >> shift)));
            }
        }

        return Collected();
    }

    private RouteDestinationModel[] Collected()
    {
        if (_collected.Count != _destinations.Length || !CollectionsMarshal.AsSpan(_collected).SequenceEqual(_destinations))
        {
            _destinations = [.. _collected];
        }

        return _destinations;
    }

    private static int TotalWeight(RouteDestinationModel[] destinations)
    {
        var total = 0;
        foreach (var destination in destinations.Length > 1 ? destinations : [])
        {
            total += destination.Weight;
        }

        return total;
    }

    private RouteDestinationModel Destination(
        ResourceMetadata owner, string name, HttpRouteConfiguration rule, RouteDestinationConfiguration destination, int weight)
    {
        if (destination.Problem is { } problem)
        {
            return new() { Weight = weight, Clusters = [], Missing = $"{name}: {problem}" };
        }

        if (services.Resolve(destination.Host, owner.Namespace) is not { } service)
        {
            var missing = $"{name}: destination {destination.Host} is not declared under Services, and DefaultDiscovery is None";
            return new() { Weight = weight, Clusters = [], Missing = missing };
        }

        var found = clusters.Find(service, destination.Subset, destination.Port ?? 0, out var reason);
        var edits = EditsCompiler.Compile(rule, destination.Headers);
        foreach (var known in edits is null && reason is null ? _destinations : [])
        {
            if (known is { Edits: null, Missing: null } && known.Weight == weight && ReferenceEquals(known.Clusters, found))
            {
                return known;
            }
        }

        return new() { Weight = weight, Clusters = found, Edits = edits, Missing = reason is null ? null : $"{name}: {reason}" };
    }

    private MirrorModel[] Mirrors(ResourceMetadata owner, IReadOnlyList<MirrorConfiguration> mirrors)
    {
        if (mirrors.Count == 0)
        {
            return [];
        }

        var models = new List<MirrorModel>(mirrors.Count);
        foreach (var mirror in mirrors)
        {
            if (PartsPerMillion(mirror.Percentage) is > 0 and var share)
            {
                var destination = mirror.Destination;
                var service = services.Resolve(destination.Host, owner.Namespace);
                models.Add(new()
                {
                    Host = service?.Name ?? destination.Host,
                    Clusters = service is null ? [] : clusters.Find(service, destination.Subset, destination.Port ?? 0, out _),
                    PartsPerMillion = share,
                });
            }
        }

        return [.. models];
    }

    private static RedirectModel? Redirect(RedirectConfiguration? redirect) => redirect is null
        ? null
        : new()
        {
            Status = redirect.Status,
            Scheme = redirect.Scheme,
            Authority = redirect.Authority,
            Port = redirect.Port,
            DerivePort = redirect.DerivePort,
            Path = redirect.Uri,
            Prefix = redirect.PrefixRewrite,
        };

    private static FaultModel? Fault(FaultConfiguration? fault)
    {
        if (fault is null)
        {
            return null;
        }

        var aborts = fault.AbortHttpStatus is not null || fault.AbortGrpcStatus is not null;
        var model = new FaultModel
        {
            Delay = fault.FixedDelay ?? TimeSpan.Zero,
            DelayPartsPerMillion = fault.FixedDelay is null ? 0 : PartsPerMillion(fault.DelayPercentage),
            AbortHttpStatus = fault.AbortHttpStatus ?? 0,
            AbortGrpcStatus = fault.AbortGrpcStatus,
            AbortPartsPerMillion = aborts ? PartsPerMillion(fault.AbortPercentage) : 0,
        };
        return model is { DelayPartsPerMillion: 0, AbortPartsPerMillion: 0 } ? null : model;
    }

    /// <summary>Truncated to Envoy's resolution of 0.0001 %.</summary>
    private static int PartsPerMillion(double percentage) => percentage > 0 ? (int)(Math.Min(percentage, 100) * 10_000) : 0;

    private static RetryPolicyModel Retries(HttpRouteConfiguration route)
        => route.PerTryTimeout is { } time ? Retries(route.Retries) with { PerTryTimeout = time } : Retries(route.Retries);

    private static RetryPolicyModel Retries(RetriesConfiguration? retries)
    {
        if (retries is null)
        {
            return RetryPolicyModel.Default;
        }

        if (retries.Attempts <= 0)
        {
            return RetryPolicyModel.None;
        }

        var conditions = retries.RetryOn is { } tokens ? RetryTokens.Parse(tokens) : RetryConditions.None;
        if (retries.RetriableStatusCodes.Count > 0)
        {
            conditions |= RetryConditions.RetriableStatusCodes;
        }

        // An empty retryOn means the default list, in Istio as well.
        var isDefault = conditions == RetryConditions.None && retries.RetryOn is null or { Count: 0 };
        var defaults = RetryPolicyModel.Default;
        return new()
        {
            Attempts = retries.Attempts,
            PerTryTimeout = retries.PerTryTimeout,
            Conditions = isDefault ? defaults.Conditions : conditions,
            RetriableStatusCodes = retries.RetriableStatusCodes,
            BackoffBase = retries.LeastBackoff ?? retries.Backoff ?? defaults.BackoffBase,
            LeastBackoff = retries.LeastBackoff ?? TimeSpan.Zero,
            ForSafeMethods = retries.ResetsOfSafeCallsOnly ? RetryConditions.Reset : RetryConditions.None,
            IsDefault = isDefault,
            AvoidTriedEndpoints = retries.RetryIgnorePreviousHosts,
            LeavesPriorities = retries.RetryRemoteLocalities,
        };
    }
}
