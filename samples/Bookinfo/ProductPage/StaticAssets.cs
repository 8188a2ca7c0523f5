using System.Reflection;

namespace Bookinfo.ProductPage;

/// <summary>Style, script and icon of the page. They are embedded, so that the program alone is enough.</summary>
internal static class StaticAssets
{
    private const string ResourcePrefix = "assets/";

    private static readonly Assembly Assembly = typeof(StaticAssets).Assembly;

    private static readonly HashSet<string> Names =
        [.. Assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Select(n => n[ResourcePrefix.Length..])];

    /// <summary>Changes with each build; added to links, it lets browsers keep the files for as long as they like.</summary>
    public static string Version { get; } = Assembly.ManifestModule.ModuleVersionId.ToString("N")[..8];

    public static IResult Get(string name, HttpContext context)
    {
        if (!Names.Contains(name))
        {
            return Results.NotFound();
        }

        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Stream(Assembly.GetManifestResourceStream(ResourcePrefix + name)!, ContentType(name));
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
