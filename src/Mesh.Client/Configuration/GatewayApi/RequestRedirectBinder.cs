namespace Mesh.Client.Configuration;

/// <summary>The filter <c>RequestRedirect</c>.</summary>
internal static class RequestRedirectBinder
{
    private static readonly KeyValuePair<string, bool>[] Schemes = [new("http", false), new("https", true)];

    public static RedirectConfiguration Bind(FieldReader fields)
    {
        var isSecure = fields.Choice("scheme", Schemes);
        var host = Hostname(fields);
        var path = PathModifier.Bind(fields.Object("path"));
        var port = fields.Integer("port", 1, 65535);
        var status = fields.Integer("statusCode", 301, 308) ?? 302;
        fields.Finish();
        if (status is not (301 or 302 or 303 or 307 or 308))
        {
            fields.Findings.Error(FindingCodes.BadRedirect, fields.Take("statusCode")!, $"'{status}' is no redirect; 301, 302, 303, 307 and 308 are allowed.");
        }

        return new()
        {
            Node = fields.Node,
            Scheme = isSecure switch
            {
                null => null,
                true => "https",
                false => "http",
            },
            Authority = host,
            Port = port,
            // A scheme brings its own port; without one it stays the one that was called.
            DerivePort = port is not null ? RedirectPort.Kept : isSecure is null ? RedirectPort.FromRequestPort : RedirectPort.FromProtocolDefault,
            Uri = path.Full,
            PrefixRewrite = path.Prefix,
            Status = status,
        };
    }

    public static string? Hostname(FieldReader fields)
    {
        var host = fields.Text("hostname");
        if (host is not null && HostName.FindError(host, allowsWildcard: false) is { } error)
        {
            fields.Findings.Error(FindingCodes.BadHost, fields.Take("hostname")!, $"{FindingSink.Quote(host)} cannot be a host name: {error}.");
        }

        return host;
    }
}
