using System.Collections.Frozen;
using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>The block <c>headers</c>.</summary>
internal static class HeadersBinder
{
    /// <summary>They say how the message itself is put on the wire, which a rule cannot change behind the transport's back.</summary>
    private static readonly FrozenSet<string> Framing = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "upgrade", "trailer");

    public static HeadersConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        string? authority = null;
        var headers = new HeadersConfiguration
        {
            Node = fields.Node,
            Request = Operations(fields.Object("request"), isResponse: false, ref authority),
            Response = Operations(fields.Object("response"), isResponse: true, ref authority),
            Authority = authority,
        };
        fields.Finish();
        return headers;
    }

    private static HeaderOperationsConfiguration Operations(FieldReader? fields, bool isResponse, ref string? authority)
    {
        if (fields is null)
        {
            return HeaderOperationsConfiguration.None;
        }

        var operations = new HeaderOperationsConfiguration
        {
            Set = Values(fields, "set", isResponse, ref authority),
            Add = Values(fields, "add", isResponse, ref authority),
            Remove = Names(fields),
        };
        fields.Finish();
        return operations;
    }

    private static List<KeyValuePair<string, HeaderTemplate>> Values(FieldReader fields, string name, bool isResponse, ref string? authority)
    {
        var values = new List<KeyValuePair<string, HeaderTemplate>>();
        if (fields.Take(name) is not { } node)
        {
            return values;
        }

        if (node.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(node, "a mapping from header name to value", fields.Findings);
            return values;
        }

        foreach (var (header, value) in node.Properties)
        {
            if (ScalarReader.Text(value, fields.Findings) is not { } text)
            {
                continue;
            }

            if (!isResponse && IsAuthority(header))
            {
                CheckAuthority(text, value, fields.Findings);

                // Where both set it, set goes before add, and is read first.
                authority ??= text;
            }
            else if (IsName(header, value, fields.Findings) && Template(text, isResponse, value, fields.Findings) is { } template)
            {
                values.Add(new(header, template));
            }
        }

        return values;
    }

    /// <summary>The list <c>remove</c>.</summary>
    public static List<string> Names(FieldReader fields)
    {
        var names = new List<string>();
        foreach (var item in fields.Items("remove"))
        {
            if (ScalarReader.Text(item, fields.Findings) is not { } name)
            {
                continue;
            }

            if (IsAuthority(name))
            {
                fields.Findings.Error(FindingCodes.BadHeaderEdit, item, "the authority of a call cannot be removed.", "Set another one, or remove the line.");
            }
            else if (IsName(name, item, fields.Findings))
            {
                names.Add(name);
            }
        }

        return names;
    }

    public static void CheckAuthority(string authority, ConfigurationNode at, FindingSink findings)
    {
        if (authority.Length == 0 || authority.EndsWith(':') || !Ascii.IsValid(authority) || authority.AsSpan().ContainsAny("/@?#%") || !Uri.TryCreate($"http://{authority}/", UriKind.Absolute, out var uri) || uri.PathAndQuery != "/")
        {
            findings.Error(FindingCodes.BadHeaderEdit, at, $"{FindingSink.Quote(authority)} cannot be an authority: a host name in its ASCII form or an address is needed, with a port if wanted.");
        }
    }

    public static bool IsAuthority(string name)
        => string.Equals(name, "host", StringComparison.OrdinalIgnoreCase) || string.Equals(name, ":authority", StringComparison.OrdinalIgnoreCase);

    /// <summary>False, and a finding, where the header cannot be changed.</summary>
    public static bool IsName(string name, ConfigurationNode at, FindingSink findings)
    {
        var reason = !HeaderName.IsValid(name) ? "letters, digits and - are usual"
            : Framing.Contains(name) ? "it says how the message is put on the wire, which the transport decides"
            : null;
        if (reason is not null)
        {
            findings.Error(FindingCodes.BadHeaderEdit, at, $"the header {FindingSink.Quote(name)} cannot be changed: {reason}.");
        }

        return reason is null;
    }

    /// <summary>A value in which nothing has a meaning of its own; null and a finding where it cannot be one.</summary>
    public static HeaderTemplate? Literal(string text, ConfigurationNode at, FindingSink findings)
    {
        if (HeaderTemplate.FindError(text) is not { } error)
        {
            return new([new(HeaderTemplateSource.Text, text)]);
        }

        findings.Error(FindingCodes.BadHeaderEdit, at, $"{FindingSink.Quote(text)} cannot be a header value: {error}.");
        return null;
    }

    private static HeaderTemplate? Template(string text, bool isResponse, ConfigurationNode at, FindingSink findings)
    {
        if (HeaderTemplate.TryParse(text, isResponse, out var template, out var error, out var unbuilt))
        {
            return template;
        }

        if (unbuilt is not null)
        {
            findings.Warning(FindingCodes.UnbuiltField, at, $"{error}; the header is left as it is.",
                "Write a fixed value, or %REQ(name)% for that of a header.");
            return null;
        }

        findings.Error(FindingCodes.BadHeaderEdit, at, $"{FindingSink.Quote(text)} cannot be a header value: {error}.");
        return null;
    }
}
