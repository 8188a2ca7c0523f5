namespace Mesh.Client.Configuration;

/// <summary>A rule that names gateways and not <c>mesh</c> is for the edge, which is a part of its own.</summary>
internal static class GatewaysValidator
{
    public static void Check(VirtualServiceConfiguration rule, FindingSink findings)
    {
        if (!rule.AppliesToMesh)
        {
            findings.Info(FindingCodes.GatewayOnly, rule.Node.Field("gateways") ?? rule.Node,
                $"the rule is bound to {string.Join(", ", rule.Gateways.Take(5))} only and does not apply to clients.", "Add 'mesh' to gateways where it shall.");
        }
    }
}
