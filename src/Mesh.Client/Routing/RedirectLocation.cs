using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Where a redirect of a rule leads, composed as Envoy composes it.</summary>
internal static class RedirectLocation
{
    public static string Of(RouteRuleModel rule, RedirectModel redirect, HttpRequestMessage request, int port)
    {
        var view = new RequestView(request, port);
        var scheme = redirect.Scheme ?? view.Scheme.ToString();
        int? target = redirect.Port ?? redirect.DerivePort switch
        {
            RedirectPort.FromProtocolDefault => DefaultPort(scheme),
            RedirectPort.FromRequestPort => port,
            _ => null,
        };
        var authority = redirect.Authority ?? OwnAuthority(ref view, scheme, target is not null);
        var suffix = target is null || target == DefaultPort(scheme) ? "" : string.Create(CultureInfo.InvariantCulture, $":{target}");
        return $"{scheme}://{authority}{suffix}{Path(rule, redirect, ref view)}";
    }

    private static string Path(RouteRuleModel rule, RedirectModel redirect, ref RequestView request)
    {
        if (redirect.Prefix is { } prefix)
        {
            return PathRewriter.Replace(rule, prefix, ref request);
        }

        return redirect.Path is not { } path ? request.PathAndQuery
            : path.Contains('?', StringComparison.Ordinal) ? path
            : string.Concat(path, request.Query);
    }

    /// <summary>The authority of the call, without its port where another one follows, or where it was the default of the scheme that is left.</summary>
    private static string OwnAuthority(ref RequestView request, string scheme, bool hasPort)
    {
        var authority = request.Authority(stackalloc char[RequestView.AuthorityLength]).ToString();
        var colon = authority.LastIndexOf(':');
        if (colon <= authority.LastIndexOf(']'))
        {
            return authority;
        }

        var isLeft = !request.Scheme.SequenceEqual(scheme)
            && authority.AsSpan(colon + 1).SequenceEqual(DefaultPort(request.Scheme).ToString(CultureInfo.InvariantCulture));
        return hasPort || isLeft ? authority[..colon] : authority;
    }

    private static int DefaultPort(ReadOnlySpan<char> scheme) => scheme is "https" ? 443 : 80;
}
