namespace Bookinfo.ProductPage;

/// <summary>Where a redirect may lead: the page of this site that the request came from, and never to another site.</summary>
internal static class ReturnPath
{
    private const string Fallback = "/productpage";

    public static string Of(HttpRequest request)
    {
        if (!Uri.TryCreate(request.Headers.Referer.ToString(), UriKind.Absolute, out var referer)
            || !string.Equals(referer.Scheme, request.Scheme, StringComparison.OrdinalIgnoreCase)
            || !string.Equals(referer.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase))
        {
            return Fallback;
        }

        // "//other.site" at the start of a path would be read as the name of a host.
        var path = referer.PathAndQuery;
        return path is ['/', '/' or '\\', ..] ? Fallback : path;
    }
}
