using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Diagnostics;

/// <summary>VirtualServices that name a host and do not rule it: what somebody who edits the wrong one must hear of.</summary>
internal sealed class UnusedVirtualServices(MeshSnapshot snapshot)
{
    private readonly MeshConfiguration _configuration = snapshot.Configuration;
    private readonly MatchCompiler _matches = new(snapshot.Configuration, snapshot);
    private readonly SidecarConfiguration? _sidecar = SidecarChoice.Find(snapshot.Configuration);

    public IReadOnlyList<string> Of(in HostMatch match)
    {
        var (host, rules) = (match.Host, match.Host.RulesOf(match.Port));
        return [.. from virtualService in _configuration.VirtualServices
               let resource = virtualService.Metadata.ToString()
               where resource != rules?.Resource && virtualService.Hosts.Any(name => Resolve(name, virtualService) == host.Name)
               select $"{resource} names this host too and is not used: {Reason(virtualService, rules)}"];
    }

    private string Resolve(string name, VirtualServiceConfiguration virtualService)
        => HostNames.Resolve(name, virtualService.Metadata.Namespace, _configuration.Domain);

    private string Reason(VirtualServiceConfiguration virtualService, VirtualServiceModel? rules)
        => !virtualService.AppliesToMesh ? $"it is for {string.Join(", ", virtualService.Gateways)}, not for mesh"
            : !ExportTo.Reaches(virtualService.ExportTo, virtualService.Metadata.Namespace, _configuration.Namespace)
                ? $"it is not exported to namespace {_configuration.Namespace}"
            : SidecarScope.Of(_sidecar, _configuration)?.Imports(virtualService) == false ? $"{_sidecar!.Metadata} does not let this process see it"
            : virtualService.Http.Count == 0 ? "it has no http rules"
            : virtualService.Http.All(IsForOthers) ? "all of its rules are for other callers"
            : rules?.Written is { MadeOf.Count: > 0 } ? "routes of the Gateway API rule this port of the host"
            : "of several the oldest rules the host";

    private bool IsForOthers(HttpRouteConfiguration route) => route.Match.Count > 0 && !route.Match.Any(_matches.AppliesToCaller);
}
