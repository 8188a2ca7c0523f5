namespace Mesh.Client.Configuration;

internal enum StringMatchKind
{
    Exact,
    Prefix,

    /// <summary>A prefix of whole segments, without the slash at its end: <c>/a</c> covers <c>/a</c> and <c>/a/b</c>, not <c>/ab</c>. Of paths alone.</summary>
    PathPrefix,

    /// <summary>RE2 syntax, matching the whole value.</summary>
    Regex,

    /// <summary><c>{}</c>, null or <c>regex: "*"</c>: the header is there, whatever its value.</summary>
    Present,
}
