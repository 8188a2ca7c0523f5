using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>
/// Puts the rules of delegates in place of the rules that name them, as Istio does: conditions add up, what the delegate does not set comes
/// from the rule, and short names in a delegate belong to the delegate's namespace. A delegate that is not there takes its rule with it.
/// </summary>
internal sealed class DelegateExpander
{
    private readonly Dictionary<(string Namespace, string Name), VirtualServiceConfiguration> _delegates;
    private readonly HashSet<VirtualServiceConfiguration> _used = new(ReferenceEqualityComparer.Instance);
    private readonly string _domain;
    private readonly FindingSink _findings;

    private DelegateExpander(IReadOnlyList<VirtualServiceConfiguration> rules, string domain, FindingSink findings)
    {
        _delegates = rules.Where(rule => rule.IsDelegate).ToDictionary(rule => (rule.Metadata.Namespace, rule.Metadata.Name));
        (_domain, _findings) = (domain, findings);
    }

    /// <returns>The VirtualServices that stand for themselves.</returns>
    public static IReadOnlyList<VirtualServiceConfiguration> Expand(IReadOnlyList<VirtualServiceConfiguration> rules, string domain, FindingSink findings)
    {
        if (!rules.Any(rule => rule.IsDelegate || rule.Http.Any(route => route.Delegate is not null)))
        {
            return rules;
        }

        var expander = new DelegateExpander(rules, domain, findings);
        VirtualServiceConfiguration[] expanded = [.. rules.Where(rule => !rule.IsDelegate).Select(expander.Expand)];
        foreach (var unused in expander._delegates.Values.Where(rule => !expander._used.Contains(rule)))
        {
            findings.About(unused.Metadata);
            findings.Info(FindingCodes.UnusedDelegate, unused.Node, "without hosts this is a delegate, and no rule names it; it has no effect.",
                "Name it in 'delegate' of a rule, or write hosts where it is meant to stand for itself.");
        }

        return expanded;
    }

    private VirtualServiceConfiguration Expand(VirtualServiceConfiguration rule)
    {
        if (rule.Http.All(route => route.Delegate is null))
        {
            return rule;
        }

        _findings.About(rule.Metadata);
        var http = new List<HttpRouteConfiguration>();
        for (var i = 0; i < rule.Http.Count; i++)
        {
            var route = rule.Http[i];
            var place = string.Create(CultureInfo.InvariantCulture, $"http[{i}]");
            if (route.Delegate is { } reference)
            {
                http.AddRange(Include(rule, route, reference, place));
            }
            else
            {
                http.Add(route with { Place = place });
            }
        }

        return rule with { Http = http };
    }

    private List<HttpRouteConfiguration> Include(VirtualServiceConfiguration owner, HttpRouteConfiguration root, DelegateReference reference, string place)
    {
        var included = new List<HttpRouteConfiguration>();
        var (@namespace, name) = (reference.Namespace ?? owner.Metadata.Namespace, reference.Name);
        if (!_delegates.TryGetValue((@namespace, name), out var target))
        {
            _findings.Warning(FindingCodes.DanglingDelegate, reference.Node,
                $"no VirtualService without hosts is named {FindingSink.Quote($"{@namespace}/{name}")}; the rule that delegates to it is left out.", "Add it, without hosts, or remove the rule.");
            return included;
        }

        if (!ExportTo.Reaches(target.ExportTo, @namespace, owner.Metadata.Namespace))
        {
            _used.Add(target);
            _findings.Warning(FindingCodes.DanglingDelegate, reference.Node,
                $"{target.Metadata} is not exported to '{owner.Metadata.Namespace}'; the rule that delegates to it is left out.", $"Add {owner.Metadata.Namespace} to its exportTo, or remove the rule.");
            return included;
        }

        _used.Add(target);
        for (var i = 0; i < target.Http.Count; i++)
        {
            var leaf = target.Http[i];
            if (DelegateMatches.Merge(root.Match, leaf.Match) is { } matches)
            {
                var inner = string.Create(CultureInfo.InvariantCulture, $"{place} {@namespace}/{name} http[{i}]");
                included.Add(Merge(root, Resolve(leaf, @namespace)) with { Match = matches, Place = inner, WrittenIn = target.Metadata });
            }
            else
            {
                _findings.About(target.Metadata);
                _findings.Warning(FindingCodes.DelegateConflict, leaf.Node,
                    $"{place} of {owner.Metadata} delegates here and excludes what this rule asks for, so that no call could match both; the rule is left out there.",
                    "A delegate's conditions narrow those of the rule: a longer prefix, an exact value under the prefix, further headers.");
                _findings.About(owner.Metadata);
            }
        }

        return included;
    }

    private static HttpRouteConfiguration Merge(HttpRouteConfiguration root, HttpRouteConfiguration leaf) => leaf with
    {
        Name = (root.Name, leaf.Name) switch
        {
            ({ } outer, { } inner) => $"{outer}-{inner}",
            var (outer, inner) => inner ?? outer,
        },
        DirectResponse = leaf.DirectResponse ?? root.DirectResponse,
        Rewrite = leaf.Rewrite ?? root.Rewrite,
        Headers = leaf.Headers ?? root.Headers,
        Fault = leaf.Fault ?? root.Fault,
        Mirrors = leaf.Mirrors.Count > 0 ? leaf.Mirrors : root.Mirrors,
        Timeout = leaf.Timeout ?? root.Timeout,
        Retries = leaf.Retries ?? root.Retries,
        Extension = Merge(root.Extension, leaf.Extension),
    };

    private static RouteExtension? Merge(RouteExtension? root, RouteExtension? leaf) => (root, leaf) is not ({ } outer, { } inner)
        ? leaf ?? root
        : inner with
        {
            HeadersTimeout = inner.HeadersTimeout ?? outer.HeadersTimeout,
            IdleTimeout = inner.IdleTimeout ?? outer.IdleTimeout,
        };

    private HttpRouteConfiguration Resolve(HttpRouteConfiguration route, string @namespace) => route with
    {
        Route = [.. route.Route.Select(destination => Resolve(destination, @namespace))],
        Mirrors = [.. route.Mirrors.Select(mirror => mirror with { Destination = Resolve(mirror.Destination, @namespace) })],
    };

    private RouteDestinationConfiguration Resolve(RouteDestinationConfiguration destination, string @namespace)
        => destination with { Host = HostName.Resolve(destination.Host, @namespace, _domain) };
}
