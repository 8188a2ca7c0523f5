using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>
/// Attaches routes to Services (GEP-1294). For each Service and port one group of routes holds: those of the caller's namespace, else those of the
/// Service's; in the group the GRPCRoutes, else the HTTPRoutes. Within it the matches of all routes are sorted by how specific they are, then by
/// the age of their route, then by its namespace and name, then by their order in it.
/// </summary>
internal sealed class GatewayRouteTable
{
    private readonly MeshConfiguration _configuration;
    private readonly KnownEndpoints _known;
    private readonly FindingSink? _findings;
    private readonly Dictionary<GatewayRuleConfiguration, HttpRouteConfiguration> _actions = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<(string Code, ConfigurationNode At)> _told = [];

    private GatewayRouteTable(MeshConfiguration configuration, FindingSink? findings)
        => (_configuration, _known, _findings) = (configuration, new(configuration), findings);

    /// <param name="configuration">As this process sees it.</param>
    /// <param name="findings">Where to tell what is not attached, or not used; null: it was told before.</param>
    public static IReadOnlyList<GatewayRouteSet> Of(MeshConfiguration configuration, FindingSink? findings = null)
        => configuration.GatewayRoutes.Count == 0 ? [] : new GatewayRouteTable(configuration, findings).Sets();

    private List<GatewayRouteSet> Sets()
    {
        var sets = new List<GatewayRouteSet>();
        var attachments = _configuration.GatewayRoutes.SelectMany(route => route.Parents.Select(parent => Attach(route, parent))).OfType<Attachment>();
        foreach (var ofHost in attachments.GroupBy(attachment => attachment.Host))
        {
            Attachment[] all = [.. ofHost];
            foreach (var port in all.Select(attachment => attachment.Port).Append(null).Distinct())
            {
                if (Choose(all, port) is { Count: > 0 } chosen)
                {
                    sets.Add(new(ofHost.Key, all[0].ServiceNamespace, port, chosen[0].IsOfCallers, Merge(ofHost.Key, chosen)));
                }
            }
        }

        return sets;
    }

    /// <summary>Null where the route does not hold for this process, or at no port.</summary>
    private Attachment? Attach(GatewayRouteConfiguration route, ServiceParent parent)
    {
        var @namespace = parent.Namespace ?? route.Metadata.Namespace;
        var host = HostName.Resolve(parent.Name, @namespace, _configuration.Domain);
        var isOfCallers = route.Metadata.Namespace == _configuration.Namespace;
        if (!isOfCallers && route.Metadata.Namespace != @namespace)
        {
            Tell(FindingCodes.RouteOfOtherNamespace, isWarning: false, route, parent.Node,
                $"a route for a Service of another namespace holds for the clients of '{route.Metadata.Namespace}' alone; this process is in '{_configuration.Namespace}'.", null);
            return null;
        }

        var port = parent.Port;
        if (_known.PortsOf(host) is { } declared)
        {
            var found = declared.FirstOrDefault(one => (parent.Port is null || one.Number == parent.Port) && (parent.PortName is null || one.Name == parent.PortName));
            if (found is null)
            {
                Tell(FindingCodes.DanglingParent, isWarning: true, route, parent.Node, $"'{host}' declares no port {Asked(parent)}; the route is not attached to it.",
                    $"Write one of {string.Join(", ", declared.Take(10).Select(one => one.Name is null ? Text(one.Number) : $"{one.Number} ({one.Name})"))}, or leave it out for all of them.");
                return null;
            }

            port = parent is { Port: null, PortName: null } ? null : found.Number;
        }
        else if (parent is { Port: null, PortName: { } name })
        {
            // On Kubernetes a Service is declared once it is called.
            Tell(FindingCodes.DanglingParent, isWarning: _known.IsDeclared(host), route, parent.Node,
                $"no port of '{host}' is known to be named '{name}'; the route is not attached to it{(_known.IsDeclared(host) ? "" : " until the Service is declared")}.", "Write port with its number.");
            return null;
        }

        return new(route, parent.Node, host, @namespace, port, isOfCallers);
    }

    private List<Attachment> Choose(Attachment[] all, int? port)
    {
        // A route may be attached to all ports and to one of them.
        var candidates = all.Where(attachment => attachment.Port is null || attachment.Port == port).DistinctBy(attachment => attachment.Route).ToList();
        var own = candidates.FindAll(attachment => attachment.IsOfCallers);
        foreach (var hidden in own.Count > 0 ? candidates.Except(own) : [])
        {
            Tell(FindingCodes.RouteOfOtherNamespace, isWarning: false, hidden.Route, hidden.At,
                $"{own[0].Route.Metadata} is for '{hidden.Host}' too and lives in the namespace of this process; its routes hold instead of those of the Service's namespace{AtPort(port)}.", null);
        }

        var group = own.Count > 0 ? own : candidates;
        var grpc = group.FindAll(attachment => attachment.Route.Metadata.Kind == GatewayRouteConfiguration.Grpc);
        foreach (var conflicting in grpc.Count > 0 ? group.Except(grpc) : [])
        {
            Tell(FindingCodes.RouteBesideGrpcRoute, isWarning: true, conflicting.Route, conflicting.At,
                $"'{conflicting.Host}' has a GRPCRoute{AtPort(port)}, {grpc[0].Route.Metadata}, and where it has one HTTPRoutes are not used.", "Attach them to different ports.");
        }

        return grpc.Count > 0 ? grpc : group;
    }

    private VirtualServiceConfiguration Merge(string host, List<Attachment> chosen)
    {
        var routes = chosen.ConvertAll(attachment => attachment.Route);
        routes.Sort(static (left, right) => CompareAge(left.Metadata, right.Metadata));
        var rules = from route in routes
                    from rule in route.Rules
                    from match in rule.Matches
                    select (Rule: Action(route, rule), match.Match, match.Rank);

        // Stable: what is equally specific stays in the order of the routes, their rules and their matches.
        return new()
        {
            Node = routes[0].Node,
            Metadata = routes[0].Metadata,
            Hosts = [host],
            Http = [.. rules.OrderByDescending(rule => rule.Rank).Select(rule => rule.Rule with { Match = [rule.Match] })],
            MadeOf = [.. routes.Select(route => route.Metadata)],
        };
    }

    /// <summary>The older first; of one age by <c>namespace/name</c>, unlike Istio's own resources.</summary>
    private static int CompareAge(ResourceMetadata left, ResourceMetadata right)
    {
        var byTime = Nullable.Compare(left.CreationTimestamp, right.CreationTimestamp);
        return byTime != 0 ? byTime : string.CompareOrdinal($"{left.Namespace}/{left.Name}", $"{right.Namespace}/{right.Name}");
    }

    private HttpRouteConfiguration Action(GatewayRouteConfiguration route, GatewayRuleConfiguration rule)
    {
        if (!_actions.TryGetValue(rule, out var action))
        {
            _actions[rule] = action = rule.Action with
            {
                WrittenIn = route.Metadata,
                Route = [.. rule.Action.Route.Select(destination => Resolve(destination, route))],
                Mirrors = [.. rule.Action.Mirrors.Select(mirror => mirror with { Destination = Resolve(mirror.Destination, route) })],
            };
        }

        return action;
    }

    private RouteDestinationConfiguration Resolve(RouteDestinationConfiguration destination, GatewayRouteConfiguration route)
        => destination with { Host = HostName.Resolve(destination.Host, destination.Namespace ?? route.Metadata.Namespace, _configuration.Domain) };

    /// <summary>Once for each parent, whatever the ports.</summary>
    private void Tell(string code, bool isWarning, GatewayRouteConfiguration route, ConfigurationNode at, string message, string? fix)
    {
        if (_findings is null || !_told.Add((code, at)))
        {
            return;
        }

        _findings.About(route.Metadata);
        if (isWarning)
        {
            _findings.Warning(code, at, message, fix);
        }
        else
        {
            _findings.Info(code, at, message, fix);
        }
    }

    private static string Asked(ServiceParent parent)
        => parent is { Port: { } number, PortName: { } name } ? $"{Text(number)} that is named '{name}'" : parent.Port is { } only ? Text(only) : $"'{parent.PortName}'";

    private static string AtPort(int? port) => port is { } number ? $" at port {Text(number)}" : "";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Attachment(GatewayRouteConfiguration Route, ConfigurationNode At, string Host, string ServiceNamespace, int? Port, bool IsOfCallers);
}
