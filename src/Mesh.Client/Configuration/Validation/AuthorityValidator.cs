namespace Mesh.Client.Configuration;

/// <summary>The authority of a call is rewritten at one level: rewrite, the rule's headers, or a destination's.</summary>
internal static class AuthorityValidator
{
    public static void Check(HttpRouteConfiguration rule, FindingSink findings)
    {
        var byDestination = rule.Route.FirstOrDefault(destination => destination.Headers?.Authority is not null)?.Headers;
        if (rule.Headers?.Authority is not null && (rule.Rewrite?.Authority is not null || byDestination is not null))
        {
            findings.Error(FindingCodes.Conflict, rule.Headers.Node, "the authority is rewritten by 'headers' of the rule and in another place as well.", "Keep one of them.");
        }
        else if (rule.Rewrite?.Authority is not null && byDestination is not null)
        {
            findings.Error(FindingCodes.Conflict, byDestination.Node, "the authority is rewritten by 'rewrite' and by 'headers' of a destination.", "Keep one of them.");
        }
    }
}
