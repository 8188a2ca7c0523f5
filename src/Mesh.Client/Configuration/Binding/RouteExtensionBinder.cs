namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh</c> of a VirtualService: <c>routes</c>, by the names of its rules.</summary>
internal static class RouteExtensionBinder
{
    /// <summary>The VirtualService with what the block adds to its rules; to each of that name, where several have it.</summary>
    public static VirtualServiceConfiguration Apply(ConfigurationNode block, VirtualServiceConfiguration rule, FindingSink findings)
    {
        if (FieldReader.Open(block, findings) is not { } fields)
        {
            return rule;
        }

        var routes = fields.Take("routes");
        fields.Finish();
        if (routes is null)
        {
            return rule;
        }

        if (routes.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(routes, "a mapping from the name of a rule to an object", findings);
            return rule;
        }

        var http = rule.Http.ToArray();
        foreach (var (name, value) in routes.Properties)
        {
            if (FieldReader.Open(value, findings) is { } route)
            {
                Apply(name, Bind(route), http, value, findings);
            }
        }

        return rule with { Http = http };
    }

    private static void Apply(string name, RouteExtension extension, HttpRouteConfiguration[] http, ConfigurationNode at, FindingSink findings)
    {
        var isKnown = false;
        for (var i = 0; i < http.Length; i++)
        {
            if (name.Length > 0 && http[i].Name == name)
            {
                isKnown = true;
                http[i] = http[i] with { Extension = extension };
            }
        }

        if (!isKnown)
        {
            string[] names = [.. http.Select(route => route.Name).OfType<string>().Distinct()];
            findings.Warning(FindingCodes.UnknownRouteName, at,
                $"no rule of http is named {FindingSink.Quote(name)}; what is written for it has no effect.",
                NearestName.Find(name, names) is { } nearest ? $"Did you mean '{nearest}'?"
                : names.Length == 0 ? "Give the rule that is meant a name."
                : $"Named are {string.Join(", ", names)}; rules without a name cannot be meant.");
        }
    }

    private static RouteExtension Bind(FieldReader fields)
    {
        var extension = new RouteExtension
        {
            Node = fields.Node,
            HeadersTimeout = fields.Duration("headersTimeout"),
            IdleTimeout = fields.Duration("idleTimeout"),
        };
        fields.Finish();
        return extension;
    }
}
