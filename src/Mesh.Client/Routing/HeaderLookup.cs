using System.Net.Http.Headers;

namespace Mesh.Client.Routing;

/// <summary>Finds a header as it was written, without checking or parsing it.</summary>
internal static class HeaderLookup
{
    /// <summary>Up to so many headers are walked: before it looks among them, <see cref="HttpHeadersNonValidated.TryGetValues"/> looks its name up among
    /// all that the runtime knows, which takes longer than walking ten.</summary>
    private const int MostWalked = 10;

    /// <summary>A header of the request, or else of its content.</summary>
    public static bool TryFind(HttpRequestMessage request, string name, out HeaderStringValues values)
        => TryFind(request.Headers, name, out values) || (request.Content is { } content && TryFind(content.Headers, name, out values));

    private static bool TryFind(HttpHeaders headers, string name, out HeaderStringValues values)
    {
        var all = headers.NonValidated;
        if (all.Count > MostWalked)
        {
            return all.TryGetValues(name, out values);
        }

        foreach (var (candidate, written) in all)
        {
            // Mostly both are the one text that the runtime keeps.
            if (ReferenceEquals(candidate, name) || (candidate.Length == name.Length && candidate.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                values = written;
                return true;
            }
        }

        values = default;
        return false;
    }
}
