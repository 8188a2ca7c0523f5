namespace Mesh.Client.Configuration;

internal enum StringMatchKind
{
    Exact,
    Prefix,

    /// <summary>RE2 syntax, matching the whole value.</summary>
    Regex,

    /// <summary><c>{}</c>, null or <c>regex: "*"</c>: the header is there, whatever its value.</summary>
    Present,
}
