namespace Mesh.Client.Configuration;

/// <summary>The findings of this room, MESH09xx: what can go wrong before a document is even read as rules.</summary>
internal static class SourceFindings
{
    /// <summary>Two sources of the section hold the same array; the later one is used whole.</summary>
    public const string ArrayReplaced = "MESH0901";

    /// <summary>Two sources of the section hold a value and a block under one key; the later one is used.</summary>
    public const string ShapeReplaced = "MESH0902";

    /// <summary>A file of rules cannot be read; what it held before stays.</summary>
    public const string FileUnreadable = "MESH0903";

    /// <summary>The section is gone while its rules are live; they stay. No rules on purpose is <c>{}</c>.</summary>
    public const string SectionVanished = "MESH0904";

    /// <summary>A source of rules failed as a whole; its rules stay as they were.</summary>
    public const string SourceFailed = "MESH0905";

    /// <summary>The section is larger than is read from a provider that is not a JSON file.</summary>
    public const string ProviderTooLarge = "MESH0906";

    /// <summary>Two documents of one source have the same name; its rules stay as they were.</summary>
    public const string DuplicateDocument = "MESH0907";

    /// <summary>A fault in the reader of rules; what the document held before stays.</summary>
    public const string ReaderFailed = "MESH0908";

    /// <summary>A file that the section was read from is gone; its rules stay as they were.</summary>
    public const string FileVanished = "MESH0909";

    /// <summary>A source of rules failed at the start; those of an earlier run are used.</summary>
    public const string RestoredRules = "MESH0910";

    /// <summary>Something worth knowing about a value of the section; there is nothing to mend.</summary>
    public static MeshFinding Info(string code, string path, string message, SourcePosition position) => new()
    {
        Code = code,
        Severity = MeshFindingSeverity.Info,
        Resource = "",
        Path = path,
        Message = message,
        Source = position.Source,
        Line = position.Line,
    };

    /// <summary>A warning about a value of the section.</summary>
    public static MeshFinding Warning(string code, string path, string message, SourcePosition position, string fix) => new()
    {
        Code = code,
        Severity = MeshFindingSeverity.Warning,
        Resource = "",
        Path = path,
        Message = message,
        Source = position.Source,
        Line = position.Line,
        Fix = fix,
    };

    /// <summary>An error that keeps a whole document, or a whole source, from being taken.</summary>
    public static MeshFinding Refusal(string code, string path, string message, string? source, string? fix = null) => new()
    {
        Code = code,
        Severity = MeshFindingSeverity.Error,
        Resource = "",
        Path = path,
        Message = message,
        Source = source,
        Fix = fix,
        RefusesDocument = true,
        Aliases = FindingAliases.Of(code, MeshFindingSeverity.Error),
    };
}
