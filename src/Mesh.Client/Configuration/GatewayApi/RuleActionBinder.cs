namespace Mesh.Client.Configuration;

/// <summary>What a rule does with calls: <c>filters</c> and <c>backendRefs</c>, alike in both kinds of routes.</summary>
internal static class RuleActionBinder
{
    private static readonly ValueCheck Persistence = ValueChecks.Fields(
        ("sessionName", ValueChecks.Text), ("absoluteTimeout", ValueChecks.Text), ("idleTimeout", ValueChecks.Text),
        ("type", ValueChecks.Choice("Cookie", "Header")), ("cookieConfig", CookieFields()), ("cookie", CookieFields()), ("header", ValueChecks.Fields(("name", ValueChecks.Text))));

    public static HttpRouteConfiguration Bind(FieldReader fields, string place, RouteFilters filters, FilterPlace backends, int undefined)
    {
        var name = fields.Text("name");
        var destinations = BackendsBinder.Bind(fields, backends, out var noBackend);
        fields.NotBuilt("sessionPersistence", "calls are shared out as if it were not written; consistentHash of a DestinationRule binds calls to endpoints", Persistence);
        if (filters.Redirect is not null)
        {
            if (fields.Take("backendRefs") is { Items.Count: > 0 } both)
            {
                fields.Findings.Error(FindingCodes.BadFilter, both, "a rule with the filter RequestRedirect sends nothing on and has no backendRefs.", "Keep one of them.");
            }
        }
        else if (noBackend is not null && filters.Unsupported is null)
        {
            fields.Findings.Warning(FindingCodes.NoBackend, fields.Take("backendRefs") ?? fields.Node,
                $"{noBackend}; calls that the rule takes are answered {undefined}.", "Write backendRefs: [ { name: ..., port: ... } ].");
        }

        return new()
        {
            Node = fields.Node,
            Name = name,
            Place = place,
            Route = destinations,
            Headers = filters.Headers,
            Rewrite = filters.Rewrite,
            Redirect = filters.Redirect,
            Mirrors = filters.Mirrors,
            Refusal = filters.Unsupported ?? (filters.Redirect is null ? noBackend : null),
            UndefinedStatus = undefined,
        };
    }

    private static ValueCheck CookieFields()
        => ValueChecks.Fields(("name", ValueChecks.Text), ("path", ValueChecks.Text), ("lifetimeType", ValueChecks.Choice("Session", "Permanent")));
}
