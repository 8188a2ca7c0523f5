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
            Redirect = RedirectBinder.Bind(fields.Object("redirect")),
            DirectResponse = DirectResponseBinder.Bind(fields.Object("directResponse")),
            Rewrite = RewriteBinder.Bind(fields.Object("rewrite")),
            Headers = HeadersBinder.Bind(fields.Object("headers")),
            Fault = FaultBinder.Bind(fields.Object("fault")),
            Timeout = fields.Duration("timeout"),
            Retries = RetriesBinder.Bind(fields.Object("retries")),
            Delegate = Delegate(fields.Object("delegate")),
        };
        if (fields.Has("mirror") && fields.Take("mirrors") is { } mirrors)
        {
            findings.Error(FindingCodes.Conflict, mirrors, "'mirror' and 'mirrors' exclude each other.", "Move the mirror into mirrors.");
        }

        fields.NoneBuilt("no copy of a call is sent", "mirror", "mirrors", "mirrorPercent", "mirrorPercentage");
        fields.NoneBuilt("it concerns servers and gateways alone", "corsPolicy");
        fields.Finish();
        return route;
    }

    private static DelegateReference? Delegate(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var name = fields.RequiredText("name");
        var @namespace = fields.Text("namespace");
        fields.Finish();
        if (@namespace is not null && !DnsName.IsLabel(@namespace))
        {
            fields.Findings.Error(FindingCodes.BadName, fields.Take("namespace")!, $"{FindingSink.Quote(@namespace)} cannot be a namespace: {DnsName.LabelRule}.");
        }

        return name is null ? null : new(name, @namespace, fields.Node);
    }

    private static RouteDestinationConfiguration? Destination(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var weight = fields.Integer("weight", 0, int.MaxValue);
        var headers = HeadersBinder.Bind(fields.Object("headers"));
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

        return new RouteDestinationConfiguration { Node = node, Host = host, Subset = subset, Port = port, Headers = headers, Weight = weight ?? 0 };
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
