namespace Mesh.Client.Configuration;

/// <summary>Runs the checks of one VirtualService, each in a class of its own.</summary>
internal static class VirtualServiceValidator
{
    public static void Check(VirtualServiceConfiguration rule, FindingSink findings)
    {
        HostsValidator.Check(rule, findings);
        GatewaysValidator.Check(rule, findings);
        CheckRules(rule, findings);
    }

    public static void CheckRules(VirtualServiceConfiguration rule, FindingSink findings)
    {
        foreach (var route in rule.Http)
        {
            RouteActionValidator.Check(route, findings);
            RouteWeightsValidator.Check(route, findings);
            DuplicateDestinationValidator.Check(route, findings);
            AuthorityValidator.Check(route, findings);
            TimeLimitsValidator.Check(route, findings);
        }

        ReachabilityValidator.Check(rule, findings);
    }
}
