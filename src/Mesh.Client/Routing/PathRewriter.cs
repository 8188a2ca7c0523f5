using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>The path that a call has after a rule has rewritten it.</summary>
internal static class PathRewriter
{
    /// <summary>Path and query; null where the rule leaves them. To be asked while the request is as it was when the rule was chosen: the match that
    /// chose it is looked up again.</summary>
    public static string? Rewrite(RouteRuleModel rule, EditsModel? edits, HttpRequestMessage request, int port)
    {
        if (edits is null or { Path: null, Substitution: null })
        {
            return null;
        }

        var view = new RequestView(request, port);
        return edits.Path is not { } replacement ? Substitute(edits.Substitution!, ref view)
            : edits.ReplacesWholePath ? string.Concat(replacement, view.Query)
            : Replace(rule, replacement, ref view);
    }

    /// <summary>Path and query. What the match compared is replaced: a prefix by its text, everything where it was exact or a pattern, and the
    /// slash alone where the match did not ask for a path.</summary>
    public static string Replace(RouteRuleModel rule, string replacement, ref RequestView request)
    {
        var path = request.Path;
        var replaced = RuleMatcher.FindMatch(rule, ref request)?.Uri switch
        {
            null => 1,
            { Kind: StringMatchKind.Prefix or StringMatchKind.PathPrefix } prefix => prefix.Value.Length,
            _ => path.Length,
        };
        var rest = path[Math.Min(replaced, path.Length)..];
        return string.Concat(replacement.Length + rest.Length == 0 ? "/" : replacement, rest, request.Query);
    }

    private static string Substitute(Re2Substitution substitution, ref RequestView request)
    {
        var path = substitution.Apply(request.Path.ToString());

        // Without the slash the path would run into the host's name.
        return string.Concat(path.StartsWith('/') ? "" : "/", path, request.Query);
    }
}
