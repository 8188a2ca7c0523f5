namespace Mesh.Client.Configuration;

/// <summary><c>path</c> of the filters that change it.</summary>
/// <param name="Full">Takes the place of the whole path; null where a prefix is replaced.</param>
/// <param name="Prefix">Takes the place of the prefix, without the slash at its end: a prefix is made of whole segments, and what follows it brings
/// its own.</param>
internal readonly record struct PathModifier(string? Full, string? Prefix)
{
    private const string FullType = "ReplaceFullPath";
    private const string PrefixType = "ReplacePrefixMatch";

    private static readonly KeyValuePair<string, bool>[] Types = [new(FullType, true), new(PrefixType, false)];

    public static PathModifier Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return default;
        }

        var isFull = fields.Choice("type", Types);
        var (full, prefix) = (fields.TextOrEmpty("replaceFullPath"), fields.TextOrEmpty("replacePrefixMatch"));
        fields.Finish();
        if (isFull is null)
        {
            if (!fields.Has("type") && !fields.Node.IsMisspelt("type"))
            {
                fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'type' is missing.", $"Write {FullType} or {PrefixType}.");
            }

            return default;
        }

        var (own, other) = isFull.Value ? (full, prefix) : (prefix, full);
        var field = isFull.Value ? "replaceFullPath" : "replacePrefixMatch";
        if (own is null || other is not null)
        {
            fields.Findings.Error(FindingCodes.BadFilter, fields.Node, $"the type {(isFull.Value ? FullType : PrefixType)} needs '{field}' and nothing else.");
            return default;
        }

        // Nothing at all stands for the root.
        var path = own.Length == 0 ? "/" : own;
        if (PathText.FindError(path) is { } error)
        {
            fields.Findings.Error(FindingCodes.BadRewrite, fields.Take(field)!, $"{FindingSink.Quote(path)} cannot be a path: {error}.");
            return default;
        }

        return isFull.Value ? new(path, null) : new(null, path.TrimEnd('/'));
    }
}
