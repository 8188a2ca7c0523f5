namespace Mesh.Client.Configuration;

/// <summary>Where calls go: <c>host</c>, <c>subset</c> and <c>port</c>.</summary>
internal static class DestinationBinder
{
    /// <summary>One entry of <c>route</c>.</summary>
    public static RouteDestinationConfiguration? BindEntry(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var weight = fields.Integer("weight", 0, int.MaxValue);
        var headers = HeadersBinder.Bind(fields.Object("headers"));
        var destination = BindField(fields);
        fields.Finish();
        return destination is null ? null : destination with { Headers = headers, Weight = weight ?? 0 };
    }

    /// <summary>The field <c>destination</c> of an entry; the place of the result is the entry.</summary>
    public static RouteDestinationConfiguration? BindField(FieldReader fields)
    {
        if (fields.Take("destination") is { } destination)
        {
            return Bind(destination, fields.Node, fields.Findings);
        }

        if (!fields.Node.IsMisspelt("destination"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'destination' is missing.", "Write destination: { host: ... }.");
        }

        return null;
    }

    /// <param name="destination">The mapping with the host.</param>
    /// <param name="place">What it stands for.</param>
    /// <param name="findings">Where to report.</param>
    public static RouteDestinationConfiguration? Bind(ConfigurationNode destination, ConfigurationNode place, FindingSink findings)
    {
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

        var at = destination.Field("host") ?? destination;
        if (HostName.FindError(host, allowsWildcard: host != "*") is { } error)
        {
            findings.Error(FindingCodes.BadHost, at, $"{FindingSink.Quote(host)} cannot be a destination: {error}.");
        }
        else if (host.StartsWith('*'))
        {
            findings.Warning(FindingCodes.UnbuiltField, at,
                $"the wildcard {FindingSink.Quote(host)} as a destination is not built yet in this version; calls to it are answered 503 NC.", "Name one host.");
        }

        if (subset is not null && !DnsName.IsAnyCaseLabel(subset))
        {
            findings.Error(FindingCodes.BadSubsetName, destination.Field("subset") ?? destination,
                $"{FindingSink.Quote(subset)} cannot be a subset name: {DnsName.AnyCaseLabelRule}.");
        }

        return new RouteDestinationConfiguration { Node = place, Host = host, Subset = subset, Port = port };
    }

    public static int? Port(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var number = fields.Integer("number", 1, 65535);
        if (!fields.Has("number") && !fields.Node.IsMisspelt("number"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'number' is missing.", "Write port: { number: 9080 }.");
        }

        fields.Finish();
        return number;
    }
}
