namespace Mesh.Client.Configuration;

/// <summary>The block <c>rewrite</c>.</summary>
internal static class RewriteBinder
{
    public static RewriteConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var findings = fields.Findings;
        var rewrite = new RewriteConfiguration
        {
            Node = fields.Node,
            Uri = fields.Text("uri"),
            Authority = fields.Text("authority"),
            Substitution = Substitution(fields.Object("uriRegexRewrite")),
        };
        fields.Finish();
        if (rewrite.Uri is { } path && PathText.FindError(path) is { } error)
        {
            findings.Error(FindingCodes.BadRewrite, fields.Take("uri")!, $"{FindingSink.Quote(path)} cannot be a path: {error}.");
        }

        if (rewrite.Authority is { } authority)
        {
            HeadersBinder.CheckAuthority(authority, fields.Take("authority")!, findings);
        }

        var pattern = fields.Take("uriRegexRewrite");
        if (rewrite.Uri is not null && pattern is { } both)
        {
            findings.Error(FindingCodes.Conflict, both, "'uri' and 'uriRegexRewrite' exclude each other.", "Keep one of them.");
        }

        if (rewrite is { Uri: null, Authority: null } && pattern is null && IsEmpty(fields))
        {
            findings.Error(FindingCodes.BadRewrite, fields.Node, "a rewrite changes the path or the authority, and neither is written.", "Write uri, uriRegexRewrite or authority.");
        }

        return rewrite;
    }

    /// <summary>What could not be read is a finding already.</summary>
    private static bool IsEmpty(FieldReader fields) => fields.Node.Properties.TrueForAll(field => field.Value is { Text: "" } or { Kind: NodeKind.Null });

    private static Re2Substitution? Substitution(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var pattern = fields.RequiredText("match");
        var replacement = fields.TextOrEmpty("rewrite");
        if (!fields.Has("rewrite"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'rewrite' is missing.", "Write what takes the place of a match; \"\" removes it.");
        }

        fields.Finish();
        if (pattern is null || replacement is null)
        {
            return null;
        }

        if (PathText.FindCharacterError(replacement) is { } error)
        {
            fields.Findings.Error(FindingCodes.BadRewrite, fields.Take("rewrite")!, $"{FindingSink.Quote(replacement)} cannot be part of a path: {error}.");
            return null;
        }

        if (Re2Substitution.TryCreate(pattern, replacement, out var substitution, out error))
        {
            return substitution;
        }

        fields.Findings.Error(FindingCodes.BadRewrite, fields.Node, $"{FindingSink.Quote(pattern)} to {FindingSink.Quote(replacement)}: {error}.");
        return null;
    }
}
