using System.Net.Http.Headers;

namespace Mesh.Client.Routing;

/// <summary>A header as it was before a rule changed it.</summary>
/// <param name="Headers">Whose header.</param>
/// <param name="Name">The header.</param>
/// <param name="Values">Null where it was not there.</param>
internal readonly record struct SavedHeader(HttpHeaders Headers, string Name, string[]? Values)
{
    public static SavedHeader Of(HttpHeaders headers, string name)
        => new(headers, name, headers.NonValidated.TryGetValues(name, out var values) ? [.. values] : null);

    public void Restore()
    {
        Headers.Remove(Name);
        if (Values is { } values)
        {
            Headers.TryAddWithoutValidation(Name, values);
        }
    }
}
