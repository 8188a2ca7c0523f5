using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>rules</c> of an HTTPRoute.</summary>
internal static class HttpRuleBinder
{
    /// <summary>What calls get that nothing can be done for.</summary>
    private const int Undefined = 500;

    public static GatewayRuleConfiguration Bind(FieldReader fields, string place)
    {
        var matches = Matches(fields, place);
        var filters = FiltersBinder.Bind(fields, FilterPlace.HttpRule);
        var timeouts = RouteTimeouts.Bind(fields.Object("timeouts"));
        var action = RuleActionBinder.Bind(fields, place, filters, FilterPlace.HttpBackend, Undefined) with
        {
            Timeout = timeouts.Request,
            PerTryTimeout = timeouts.BackendRequest,
            Retries = RouteRetryBinder.Bind(fields.Object("retry")),
        };
        fields.Finish();
        FiltersBinder.CheckPrefixes(fields, filters, matches);
        return new(matches, action);
    }

    /// <summary>The rule that the API server writes where a route has none.</summary>
    public static GatewayRuleConfiguration Default(FieldReader route)
    {
        route.Findings.Warning(FindingCodes.NoBackend, route.Node, "the route has no rules, which stands for one without backendRefs: every call is answered 500.", "Write rules.");
        return new([HttpRouteMatchBinder.All(route.Node, "rules[0]")], new()
        {
            Node = route.Node,
            Place = "rules[0]",
            Refusal = "the route has no rules, and so no backendRefs",
            UndefinedStatus = Undefined,
        });
    }

    private static List<RankedMatch> Matches(FieldReader fields, string place)
    {
        var items = fields.Items("matches");
        var matches = new List<RankedMatch>();
        for (var i = 0; i < items.Count; i++)
        {
            if (FieldReader.Open(items[i], fields.Findings) is { } match)
            {
                matches.Add(HttpRouteMatchBinder.Bind(match, string.Create(CultureInfo.InvariantCulture, $"{place}.matches[{i}]")));
            }
        }

        return matches.Count > 0 ? matches : [HttpRouteMatchBinder.All(fields.Node, place)];
    }
}
