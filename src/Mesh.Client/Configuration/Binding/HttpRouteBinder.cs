namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>http</c>.</summary>
internal static class HttpRouteBinder
{
    public static HttpRouteConfiguration? Bind(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var route = new HttpRouteConfiguration
        {
            Node = node,
            Name = fields.Text("name"),
            Match = [.. fields.Items("match").Select(item => HttpMatchBinder.Bind(item, findings)).OfType<HttpMatchConfiguration>()],
            Route = [.. fields.Items("route").Select(item => Destination(item, findings)).OfType<RouteDestinationConfiguration>()],
            Fault = FaultBinder.Bind(fields.Object("fault")),
            Timeout = fields.Duration("timeout"),
            Retries = RetriesBinder.Bind(fields.Object("retries")),
            UnbuiltAction = UnbuiltAction(fields),
        };
        if (fields.Has("mirror") && fields.Take("mirrors") is { } mirrors)
        {
            findings.Error(FindingCodes.Conflict, mirrors, "'mirror' and 'mirrors' exclude each other.", "Move the mirror into mirrors.");
        }

        fields.NoneBuilt("no copy of a call is sent", "mirror", "mirrors", "mirrorPercent", "mirrorPercentage");
        fields.NoneBuilt("headers stay as the caller wrote them", "headers");
        fields.NoneBuilt("it concerns servers and gateways alone", "corsPolicy");
        fields.Finish();
        return route;
    }

    private static string? UnbuiltAction(FieldReader fields)
    {
        string? first = null;
        foreach (var name in (ReadOnlySpan<string>)["redirect", "directResponse", "delegate", "rewrite"])
        {
            if (fields.Take(name) is { } action)
            {
                fields.Findings.Warning(FindingCodes.UnbuiltAction, action,
                    $"the action '{name}' is not built yet in this version; calls that this rule matches are answered 503 rather than sent somewhere else.");
                first ??= name;
            }
        }

        return first;
    }

    private static RouteDestinationConfiguration? Destination(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var weight = fields.Integer("weight", 0, int.MaxValue);
        fields.NoneBuilt("headers stay as the caller wrote them", "headers");
        var destination = fields.Take("destination");
        fields.Finish();
        if (destination is null)
        {
            findings.Error(FindingCodes.MissingField, node, "'destination' is missing.", "Write destination: { host: ... }.");
            return null;
        }

        if (FieldReader.Open(destination, findings) is not { } target)
        {
            return null;
        }

        var host = target.RequiredText("host");
        var subset = target.Text("subset");
        var port = Port(target.Object("port"));
        target.Finish();
        if (host is null)
        {
            return null;
        }

        if (HostName.FindError(host, allowsWildcard: false) is { } error)
        {
            findings.Error(FindingCodes.BadHost, destination.Field("host") ?? destination,
                $"{FindingSink.Quote(host)} cannot be a destination: {error}.");
        }

        if (subset is not null && !DnsName.IsLabel(subset))
        {
            findings.Error(FindingCodes.BadSubsetName, destination.Field("subset") ?? destination,
                $"{FindingSink.Quote(subset)} cannot be a subset name: {DnsName.LabelRule}.");
        }

        return new RouteDestinationConfiguration { Node = node, Host = host, Subset = subset, Port = port, Weight = weight ?? 0 };
    }

    public static int? Port(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var number = fields.Integer("number", 1, 65535);
        if (!fields.Has("number"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'number' is missing.", "Write port: { number: 9080 }.");
        }

        fields.Finish();
        return number;
    }
}
