using System.Globalization;
using System.Text;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>The requests that list and watch a resource.</summary>
internal static class ResourcePath
{
    /// <summary>A page where the server reads from its store; from memory it gives everything at once anyway.</summary>
    private const int PageSize = 500;

    /// <param name="group">Empty for the core.</param>
    /// <param name="version">Of the group.</param>
    /// <param name="plural">The resource.</param>
    /// <param name="scope">Which objects.</param>
    /// <param name="resourceVersion">"0": as the server has them in memory; a version: at least as new as that; empty: the newest, in pages.</param>
    /// <param name="next">Where the last page says that the list goes on; null for the first.</param>
    public static string List(string group, string version, string plural, ResourceScope scope, string resourceVersion, string? next)
    {
        var path = Start(group, version, plural, scope);
        if (next is not null)
        {
            Add(path, "continue", next);
        }
        else if (resourceVersion.Length > 0)
        {
            Add(path, "resourceVersion", resourceVersion);
        }

        if (resourceVersion.Length == 0)
        {
            Add(path, "limit", PageSize.ToString(CultureInfo.InvariantCulture));
        }

        return path.ToString();
    }

    /// <param name="group">Empty for the core.</param>
    /// <param name="version">Of the group.</param>
    /// <param name="plural">The resource.</param>
    /// <param name="scope">Which objects.</param>
    /// <param name="resourceVersion">Where to go on from.</param>
    /// <param name="seconds">How long the server is to keep the stream open.</param>
    public static string Watch(string group, string version, string plural, ResourceScope scope, string resourceVersion, int seconds)
    {
        var path = Start(group, version, plural, scope);
        Add(path, "watch", "true");
        Add(path, "resourceVersion", resourceVersion);
        Add(path, "allowWatchBookmarks", "true");
        Add(path, "timeoutSeconds", seconds.ToString(CultureInfo.InvariantCulture));
        return path.ToString();
    }

    private static StringBuilder Start(string group, string version, string plural, ResourceScope scope)
    {
        var path = new StringBuilder(group.Length == 0 ? "api/" : $"apis/{group}/").Append(version);
        if (scope.Namespace is { } space)
        {
            path.Append("/namespaces/").Append(Uri.EscapeDataString(space));
        }

        path.Append('/').Append(plural);
        if (scope.LabelSelector is { } labels)
        {
            Add(path, "labelSelector", labels);
        }

        if (scope.FieldSelector is { } fields)
        {
            Add(path, "fieldSelector", fields);
        }

        return path;
    }

    private static void Add(StringBuilder path, string name, string value)
    {
        // No path of the API has a question mark.
        var separator = '?';
        foreach (var chunk in path.GetChunks())
        {
            separator = chunk.Span.Contains('?') ? '&' : separator;
        }

        path.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }
}
