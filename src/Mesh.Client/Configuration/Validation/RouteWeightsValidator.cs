using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Weights are relative and need not sum to 100, but they must be able to share something out.</summary>
internal static class RouteWeightsValidator
{
    public static void Check(HttpRouteConfiguration rule, FindingSink findings)
    {
        // What the binder could not read is a finding already, and a sum without it says nothing.
        if (rule.Route.Count == 0 || rule.Node.Field("route") is not { } route || route.Items.Count != rule.Route.Count)
        {
            return;
        }

        var total = rule.Route.Sum(destination => (long)destination.Weight);
        if (rule.Route.Count == 1)
        {
            if (total is > 0 and < 100)
            {
                findings.Info(FindingCodes.WeightWithoutEffect, route, string.Create(CultureInfo.InvariantCulture,
                    $"a single destination gets every call, whatever its weight; '{total}' changes nothing."), "Add the other destinations, or remove the weight.");
            }
        }
        else if (total == 0 && rule.Route.All(destination => IsWeightKnown(destination.Node)))
        {
            findings.Error(FindingCodes.BadWeights, route, "several destinations have a total weight of 0, so that no call could go anywhere.", "Give at least one of them a weight.");
        }
        else if (total > int.MaxValue)
        {
            findings.Error(FindingCodes.BadWeights, route, string.Create(CultureInfo.InvariantCulture,
                $"the weights sum to {total}; at most {int.MaxValue} is allowed."), "Divide all of them by the same number.");
        }
    }

    /// <summary>A weight that cannot be read, or whose name cannot, is a finding already.</summary>
    private static bool IsWeightKnown(ConfigurationNode destination)
        => (destination.Field("weight") is null or { Kind: NodeKind.Number or NodeKind.Untyped }) && !destination.IsMisspelt("weight");
}
