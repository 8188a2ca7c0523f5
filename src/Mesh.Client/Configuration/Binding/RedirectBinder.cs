namespace Mesh.Client.Configuration;

/// <summary>The block <c>redirect</c>.</summary>
internal static class RedirectBinder
{
    private static readonly KeyValuePair<string, RedirectPort>[] Ports =
        [new("FROM_PROTOCOL_DEFAULT", RedirectPort.FromProtocolDefault), new("FROM_REQUEST_PORT", RedirectPort.FromRequestPort)];

    public static RedirectConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var redirect = new RedirectConfiguration
        {
            Node = fields.Node,
            Uri = fields.Text("uri"),
            PrefixRewrite = fields.Text("prefixRewrite"),
            Authority = fields.Text("authority"),
            Port = fields.Integer("port", 1, 65535),
            DerivePort = fields.Choice("derivePort", Ports) ?? RedirectPort.Kept,
            Scheme = fields.Text("scheme"),
            Status = fields.Integer("redirectCode", 300, 399) ?? 301,
        };
        fields.Finish();
        Check(redirect, fields);
        return redirect;
    }

    private static void Check(RedirectConfiguration redirect, FieldReader fields)
    {
        var findings = fields.Findings;
        foreach (var (name, path) in (ReadOnlySpan<(string, string?)>)[("uri", redirect.Uri), ("prefixRewrite", redirect.PrefixRewrite)])
        {
            if (path is not null && PathText.FindError(path, allowsQuery: name == "uri") is { } error)
            {
                findings.Error(FindingCodes.BadRedirect, fields.Take(name)!, $"{FindingSink.Quote(path)} cannot be a path: {error}.");
            }
        }

        if (redirect is { Uri: null, PrefixRewrite: null, Authority: null, Scheme: null, Port: null, DerivePort: RedirectPort.Kept })
        {
            findings.Error(FindingCodes.BadRedirect, fields.Node, "the redirect leads to where the call already is.", "Write uri, prefixRewrite, authority, scheme or port.");
        }

        if (redirect is { Uri: not null, PrefixRewrite: not null })
        {
            findings.Error(FindingCodes.Conflict, fields.Take("prefixRewrite")!, "'uri' and 'prefixRewrite' exclude each other.", "Keep one of them.");
        }

        if (fields.Has("port") && fields.Take("derivePort") is { } derived)
        {
            findings.Error(FindingCodes.Conflict, derived, "'port' and 'derivePort' exclude each other.", "Keep one of them.");
        }

        if (redirect.Authority is { } authority)
        {
            HeadersBinder.CheckAuthority(authority, fields.Take("authority")!, findings);
        }

        if (redirect.Scheme is not (null or "http" or "https"))
        {
            findings.Error(FindingCodes.UnknownValue, fields.Take("scheme")!, $"{FindingSink.Quote(redirect.Scheme)} cannot be the scheme of a redirect; http and https are allowed.");
        }

        if (redirect.Status is not (301 or 302 or 303 or 307 or 308))
        {
            findings.Error(FindingCodes.BadRedirect, fields.Take("redirectCode")!, $"{FindingSink.Quote(fields.Take("redirectCode")!.Text)} is no redirect that a client follows; 301, 302, 303, 307 and 308 are allowed.");
        }
    }
}
