using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Diagnostics;

/// <summary>Goes through the rules of a VirtualService as they were written, those left out for this workload included.</summary>
internal sealed class RuleExplainer(MeshSnapshot snapshot)
{
    private readonly MatchConditions _conditions = new(snapshot.Configuration);

    // The patterns of the snapshot stand ready.
    private readonly MatchCompiler _compiler = new(snapshot.Configuration, snapshot);

    public MeshRuleExplanation[] Explain(VirtualServiceConfiguration virtualService, VirtualServiceModel model, RouteRuleModel? taken, ref RequestView request)
    {
        var rules = new MeshRuleExplanation[virtualService.Http.Count];
        var isTaken = false;
        for (var i = 0; i < rules.Length; i++)
        {
            var route = virtualService.Http[i];
            var name = VirtualServiceCompiler.RuleName(virtualService.Metadata, i, route);
            var outcome = isTaken ? MeshRuleOutcome.NotLookedAt : IsTaken(virtualService, model, i, name, taken) ? MeshRuleOutcome.Taken : MeshRuleOutcome.NotTaken;
            isTaken |= outcome == MeshRuleOutcome.Taken;
            rules[i] = new()
            {
                Name = name,
                Outcome = outcome,
                Place = Wording.Place(route.Node.Position),
                Matches = outcome == MeshRuleOutcome.NotLookedAt ? [] : Explain(i, route.Match, ref request),
            };
        }

        return rules;
    }

    /// <summary>Each match of a route is a rule of its own, since others may stand between them: they share a name, and none is left out.</summary>
    private static bool IsTaken(VirtualServiceConfiguration virtualService, VirtualServiceModel model, int index, string name, RouteRuleModel? taken)
        => virtualService.MadeOf.Count > 0 ? ReferenceEquals(model.Rules[index], taken) : name == taken?.Name;

    private List<MeshMatchExplanation> Explain(int rule, IReadOnlyList<HttpMatchConfiguration> matches, ref RequestView request)
    {
        var explained = new List<MeshMatchExplanation>(matches.Count);
        for (var i = 0; i < matches.Count && explained is not [.., { Holds: true }]; i++)
        {
            var path = matches[i].Place ?? string.Create(CultureInfo.InvariantCulture, $"http[{rule}].match[{i}]");
            explained.Add(Explain(path, matches[i], ref request));
        }

        return explained;
    }

    private MeshMatchExplanation Explain(string path, HttpMatchConfiguration match, ref RequestView request)
    {
        if (Holds(match, ref request))
        {
            return new() { Path = path, Name = match.Name, Holds = true };
        }

        foreach (var part in _conditions.Of(match))
        {
            if (!Holds(part.Alone, ref request))
            {
                return new() { Path = path, Name = match.Name, Field = part.Field, Asked = part.Asked, Found = part.Found(ref request) };
            }
        }

        return new() { Path = path, Name = match.Name, Field = "match", Asked = "has a condition that cannot be shown", Found = "it does not hold" };
    }

    private bool Holds(HttpMatchConfiguration match, ref RequestView request)
        => _compiler.Compile([match]) is [var compiled] && RuleMatcher.IsMatch(compiled, ref request);
}
