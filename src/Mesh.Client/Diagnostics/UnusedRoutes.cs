using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Diagnostics;

/// <summary>Routes of the Gateway API that are attached to a host and do not rule the call: what somebody who edits the wrong one must hear of.</summary>
internal sealed class UnusedRoutes(MeshSnapshot snapshot)
{
    private readonly MeshConfiguration _configuration = snapshot.Configuration;

    public IEnumerable<string> Of(HostMatch match)
    {
        var rules = match.Host.RulesOf(match.Port);
        return from route in _configuration.GatewayRoutes
               where rules?.Written?.MadeOf.Contains(route.Metadata) != true
               let parent = route.Parents.FirstOrDefault(parent => HostName.Resolve(parent.Name, NamespaceOf(parent, route), _configuration.Domain) == match.Host.Name)
               where parent is not null
               select $"{route.Metadata} is attached to this Service too and is not used: {Reason(route, parent, rules, match)}";
    }

    private static string NamespaceOf(ServiceParent parent, GatewayRouteConfiguration route) => parent.Namespace ?? route.Metadata.Namespace;

    private string Reason(GatewayRouteConfiguration route, ServiceParent parent, VirtualServiceModel? rules, in HostMatch match)
    {
        if (route.Metadata.Namespace != _configuration.Namespace && route.Metadata.Namespace != NamespaceOf(parent, route))
        {
            return $"it is for clients in namespace {route.Metadata.Namespace}, and this process is in {_configuration.Namespace}";
        }

        if (parent.Port is not null || parent.PortName is not null)
        {
            // With another parent it might hold here; that it does not is told by what rules the port.
            var called = match.Port;
            var declared = match.Host.Service?.Ports.FirstOrDefault(port => port.Number == called);
            if ((parent.Port is { } number && number != called) || (parent.PortName is { } name && declared?.Name != name))
            {
                return "it is attached to another port";
            }
        }

        return rules?.Written switch
        {
            null => $"{SidecarChoice.Find(_configuration)?.Metadata.ToString() ?? "a Sidecar"} does not let this process see the Service",
            { MadeOf: [{ Kind: GatewayRouteConfiguration.Grpc }, ..] } when route.Metadata.Kind == GatewayRouteConfiguration.Http => "the port has a GRPCRoute",
            { MadeOf.Count: > 0 } => $"routes of namespace {_configuration.Namespace} hold instead",
            _ => $"{rules.Resource} is older",
        };
    }
}
