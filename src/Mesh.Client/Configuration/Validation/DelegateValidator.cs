namespace Mesh.Client.Configuration;

/// <summary>A VirtualService without hosts: its rules stand in other VirtualServices.</summary>
internal static class DelegateValidator
{
    public static void Check(VirtualServiceConfiguration rule, bool hasGateways, bool hasOthers, FindingSink findings)
    {
        if (hasGateways || hasOthers)
        {
            findings.Error(FindingCodes.Conflict, rule.Node, "a VirtualService without hosts is a delegate, and a delegate has neither gateways nor tcp nor tls.",
                "Write hosts, or remove the others.");
        }

        foreach (var route in rule.Http)
        {
            if (route.Node.Field("delegate") is { } inner)
            {
                findings.Error(FindingCodes.BadAction, inner, "a delegate does not delegate again: Istio takes in one level.", "Write the rules here, or let the first rule name the other VirtualService.");
            }
        }

        VirtualServiceValidator.CheckRules(rule, findings);
    }
}
