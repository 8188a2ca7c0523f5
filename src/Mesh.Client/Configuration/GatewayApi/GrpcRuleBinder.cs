using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>rules</c> of a GRPCRoute.</summary>
internal static class GrpcRuleBinder
{
    /// <summary>What clients of gRPC read as UNAVAILABLE.</summary>
    private const int Undefined = 503;

    public static GatewayRuleConfiguration Bind(FieldReader fields, string place)
    {
        var matches = Matches(fields, place);
        var filters = FiltersBinder.Bind(fields, FilterPlace.GrpcRule);
        var action = RuleActionBinder.Bind(fields, place, filters, FilterPlace.GrpcBackend, Undefined);
        fields.Finish();
        return new(matches, action);
    }

    private static List<RankedMatch> Matches(FieldReader fields, string place)
    {
        var items = fields.Items("matches");
        var matches = new List<RankedMatch>();
        for (var i = 0; i < items.Count; i++)
        {
            if (FieldReader.Open(items[i], fields.Findings) is { } match)
            {
                matches.Add(GrpcRouteMatchBinder.Bind(match, string.Create(CultureInfo.InvariantCulture, $"{place}.matches[{i}]")));
            }
        }

        return matches.Count > 0 ? matches : [new(new() { Node = fields.Node, Place = place }, MatchRank.OfGrpc(null, null, 0))];
    }
}
