namespace Mesh.Client.Configuration;

/// <summary>Two entries that lead to the same place mostly were meant to lead to two.</summary>
internal static class DuplicateDestinationValidator
{
    public static void Check(HttpRouteConfiguration rule, FindingSink findings)
    {
        if (rule.Route.Count < 2)
        {
            return;
        }

        var seen = new HashSet<(string Host, string? Subset, int? Port)>();
        foreach (var destination in rule.Route)
        {
            if (!seen.Add((destination.Host.ToLowerInvariant(), destination.Subset, destination.Port)))
            {
                findings.Warning(FindingCodes.DuplicateDestination, destination.Node,
                    $"the rule names {FindingSink.Quote(destination.Host)}{(destination.Subset is { } subset ? $" with the subset '{subset}'" : "")} already.", "Add up the weights in one entry, or name another subset.");
            }
        }
    }
}
