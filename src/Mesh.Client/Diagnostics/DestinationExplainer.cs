using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Routing;

namespace Mesh.Client.Diagnostics;

/// <summary>Where a routed request can go. Each destination is followed as a call would follow it once it was drawn.</summary>
internal sealed class DestinationExplainer(MeshSnapshot snapshot, HostMatch host, HttpRequestMessage request, ClusterExplainer clusters)
{
    private readonly string? _subset = request.GetMesh()?.Subset;

    /// <summary>The one destination of a host without a VirtualService.</summary>
    public MeshDestinationExplanation ExplainDefault()
        => Explain(RouteSelector.SelectDefault(host), new() { Host = host.Host.Name, Share = 100 });

    public IReadOnlyList<MeshDestinationExplanation> Explain(RouteRuleModel rule, IReadOnlyList<RouteDestinationConfiguration> written)
    {
        var explained = new List<MeshDestinationExplanation>(written.Count);
        var next = 0;
        foreach (var destination in written)
        {
            // The rule has left those without a weight out, where there are several.
            if (written.Count > 1 && destination.Weight <= 0)
            {
                explained.Add(new() { Host = destination.Host, Subset = destination.Subset });
                continue;
            }

            var followed = rule.Destinations[next++];
            var share = rule.TotalWeight == 0 ? 100 : 100.0 * followed.Weight / rule.TotalWeight;
            var asWritten = new MeshDestinationExplanation
            {
                Host = destination.Host,
                Subset = destination.Subset,
                Weight = destination.Weight,
                Share = share,
                Changes = RuleSettings.OfEdits(followed.Edits),
            };
            explained.Add(Explain(RouteSelector.Follow(rule, followed, host.Port), asWritten));
        }

        return explained;
    }

    private MeshDestinationExplanation Explain(in RouteDecision decision, MeshDestinationExplanation written)
    {
        var outcome = CallRouter.Resolve(decision, host, snapshot, request);
        MeshAnswerExplanation? answer = null;
        var cluster = outcome.Cluster is { } model ? clusters.Explain(model, host.Port, out answer) : null;
        return new()
        {
            Host = written.Host,
            Subset = written.Subset,
            Weight = written.Weight,
            Share = written.Share,
            Changes = written.Changes,
            SubsetOfCaller = _subset,
            HashedBy = outcome.Cluster?.Policy.ConsistentHash is { } hashing ? HashKeyText.Describe(hashing, request) : null,
            Cluster = cluster,
            Answer = cluster is null
                ? new((int)outcome.Status, outcome.Flag, outcome.Reason!)
                : RuleSettings.AlwaysAborts(decision.Rule?.Fault) ? Abort(decision.Rule!) : answer,
        };
    }

    private static MeshAnswerExplanation Abort(RouteRuleModel rule)
        => new(rule.Fault!.AbortGrpcStatus is null ? rule.Fault.AbortHttpStatus : 200, MeshResponseFlags.FaultInjected, CallRouter.AbortReason(rule));
}
