namespace Mesh.Client.Configuration;

/// <summary>The hosts of a VirtualService: each a name, none covered twice, and not everything at once for clients.</summary>
internal static class HostsValidator
{
    public static void Check(VirtualServiceConfiguration rule, FindingSink findings)
    {
        var nodes = rule.Node.Field("hosts")!.Items.Where(item => item.Text is not null).ToList();
        var exact = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var wildcards = new WildcardTable<string>();
        foreach (var node in nodes)
        {
            var host = node.Text!;
            if (host == "*" && rule.AppliesToMesh)
            {
                findings.Error(FindingCodes.BadHost, node, "'*' alone is allowed only for rules bound to gateways: for clients it would take over every call.",
                    "Name the hosts, or use a wildcard such as *.example.com.");
            }
            else if (HostName.FindError(host, allowsWildcard: true, allowsAddress: true) is { } error)
            {
                findings.Error(FindingCodes.BadHost, node, $"{FindingSink.Quote(host)} cannot be a host: {error}.");
                continue;
            }

            if (!exact.Add(host))
            {
                findings.Error(FindingCodes.DuplicateHost, node,
                    $"the host {FindingSink.Quote(host)} is written twice.", "Remove one of them.");
            }
            else if (host.Contains('*', StringComparison.Ordinal))
            {
                wildcards.TryAdd(host, host);
            }
        }

        foreach (var node in nodes)
        {
            // As in Istio *foo.com covers foo.com here, though no call to it would match.
            var host = node.Text!;
            var cover = wildcards.Over(host.StartsWith('*') ? host : "*" + host).FirstOrDefault(wildcard => !string.Equals(wildcard, host, StringComparison.OrdinalIgnoreCase));
            if (cover is not null)
            {
                findings.Error(FindingCodes.DuplicateHost, node,
                    $"the host {FindingSink.Quote(host)} is covered by {FindingSink.Quote(cover)} of the same rule.", "Remove one of them.");
            }
        }
    }
}
