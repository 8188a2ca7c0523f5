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
            Route = [.. fields.Items("route").Select(item => DestinationBinder.BindEntry(item, findings)).OfType<RouteDestinationConfiguration>()],
            Redirect = RedirectBinder.Bind(fields.Object("redirect")),
            DirectResponse = DirectResponseBinder.Bind(fields.Object("directResponse")),
            Rewrite = RewriteBinder.Bind(fields.Object("rewrite")),
            Headers = HeadersBinder.Bind(fields.Object("headers")),
            Fault = FaultBinder.Bind(fields.Object("fault")),
            Timeout = fields.Duration("timeout"),
            Retries = RetriesBinder.Bind(fields.Object("retries")),
            Mirrors = MirrorBinder.Bind(fields),
            Delegate = Delegate(fields.Object("delegate")),
        };
        fields.NotBuilt("corsPolicy", "it concerns servers and gateways alone", UnbuiltBlocks.CorsPolicy);
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
}
