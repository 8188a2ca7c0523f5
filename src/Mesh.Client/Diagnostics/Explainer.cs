using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Routing;

namespace Mesh.Client.Diagnostics;

/// <summary>Asks the rules about a request in the order in which a call would, by the same code, but never draws, sends or makes state.</summary>
internal sealed class Explainer(MeshSnapshot snapshot, ClusterManager? clusters, TimeProvider timeProvider)
{
    public MeshExplanation Explain(HttpRequestMessage request)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } uri)
        {
            return PassedBy(request, null, "the request has no absolute address; HttpClient puts its BaseAddress before what is there");
        }

        return HostTable.Find(snapshot, uri, out var host) switch
        {
            HostMiss.None => Explain(request, host),
            HostMiss.Scheme => PassedBy(request, null, $"{uri.Scheme} is no scheme of an HTTP client"),
            HostMiss.Port => PassedBy(
                request, host.Host, $"{host.Host.Name} does not declare the port of the address; it declares {Ports(host.Host)}{Hidden(host.Host)}"),
            _ => PassedBy(request, null, snapshot.Version == 0 ? "no rules are loaded yet" : $"neither a service nor a rule names {uri.IdnHost}"),
        };
    }

    private MeshExplanation PassedBy(HttpRequestMessage request, HostModel? host, string reason)
    {
        var wildcard = PassThroughTable.Find(snapshot, request.RequestUri);
        var isBlocked = request.RequestUri is { IsAbsoluteUri: true }
            && snapshot.OutboundTrafficPolicy == OutboundTrafficPolicyMode.RegistryOnly
            && wildcard is null;
        return new()
        {
            Method = request.Method.Method,
            RequestUri = request.RequestUri,
            RulesVersion = snapshot.Version,
            PassedBy = reason,
            Host = host?.Name,
            Service = host?.Service?.Name,
            Answer = wildcard?.Refusal is { } refusal ? new(503, MeshResponseFlags.NoCluster, refusal)
                : isBlocked ? new(502, MeshResponseFlags.None, CallRouter.BlockedReason(request.RequestUri!, snapshot))
                : null,
        };
    }

    private MeshExplanation Explain(HttpRequestMessage original, in HostMatch host)
    {
        using var request = RequestCopy.Of(original, host, snapshot);
        var view = new RequestView(request, host.Port);
        var model = host.Host.RulesOf(host.Port);
        var written = model?.Written;
        var rule = model is null ? null : RuleMatcher.Find(model, ref view);
        IReadOnlyList<MeshRuleExplanation> rules = written is null ? [] : new RuleExplainer(snapshot).Explain(written, model!, rule, ref view);

        var destinations = new DestinationExplainer(snapshot, host, request, new ClusterExplainer(snapshot, clusters, timeProvider));
        IReadOnlyList<MeshDestinationExplanation> reached = [];
        MeshAnswerExplanation? answer = null;
        if (model is null)
        {
            reached = [destinations.ExplainDefault()];
        }
        else if (rule is null || rule.Refusal is not null)
        {
            var decision = rule is null ? RouteSelector.FailToMatch(model, ref view) : new() { Rule = rule, Failed = new(MeshResponseFlags.NoCluster, null) };
            var outcome = CallRouter.Resolve(decision, host, snapshot, request);
            answer = new((int)outcome.Status, outcome.Flag, outcome.Reason!);
        }
        else if (rule.IsAnswer)
        {
            answer = AnswerOf(rule, request, host.Port);
        }
        else
        {
            reached = destinations.Explain(rule, RouteOf(written, rule));
        }

        return new()
        {
            Method = original.Method.Method,
            RequestUri = original.RequestUri,
            RulesVersion = snapshot.Version,
            Host = host.Host.Name,
            Port = host.Port,
            Service = host.Host.Service?.Name,
            VirtualService = model?.Resource,
            Place = written is null ? null : Wording.Place(written.Node.Position),
            Rules = rules,
            Rule = rule?.Name,
            Settings = answer is null ? RuleSettings.Of(request, rule, snapshot.Configuration.Extension) : RuleSettings.OfEdits(rule?.Edits),
            Destinations = reached,
            Answer = answer ?? Common(reached),
            Notes = [.. new UnusedVirtualServices(snapshot).Of(host), .. new UnusedRoutes(snapshot).Of(host)],
        };
    }

    private static MeshAnswerExplanation AnswerOf(RouteRuleModel rule, HttpRequestMessage request, int port)
        => rule.DirectResponse is { } direct
            ? new(direct.Status, MeshResponseFlags.None, $"direct response, {Wording.Number(direct.Body.Length)} bytes")
            : new(rule.Redirect!.Status, MeshResponseFlags.None, $"redirect to {RedirectLocation.Of(rule, rule.Redirect, request, port)}");

    private static IReadOnlyList<RouteDestinationConfiguration> RouteOf(VirtualServiceConfiguration? written, RouteRuleModel rule)
        => written?.Http.Where((route, index) => VirtualServiceCompiler.RuleName(written.Metadata, index, route) == rule.Name).FirstOrDefault()?.Route ?? [];

    /// <summary>What every destination that can be drawn answers.</summary>
    private static MeshAnswerExplanation? Common(IReadOnlyList<MeshDestinationExplanation> destinations)
    {
        var answers = destinations.Where(destination => destination.Share > 0).Select(destination => destination.Answer).Distinct().ToList();
        return answers is [var only] ? only : null;
    }

    private static string Hidden(HostModel host) => host.Service is { } service && service.Ports.Length > host.Ports.Length ? ", and others that the Sidecar hides" : "";

    private static string Ports(HostModel host)
        => string.Join(", ", host.Ports.Select(port => port.Name is null ? Wording.Number(port.Number) : $"{Wording.Number(port.Number)} ({port.Name})"));
}
