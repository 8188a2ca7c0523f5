using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>Reads an object.</summary>
/// <param name="key">Its name.</param>
/// <param name="json">The whole object, in UTF-8; valid during the call alone.</param>
/// <exception cref="JsonException">It is not what it should be: its previous version stays.</exception>
/// <exception cref="FormatException">Likewise.</exception>
internal delegate T ResourceParser<out T>(ResourceKey key, ReadOnlySpan<byte> json);

/// <summary>A resource of the API: where it is served, and how its objects are read.</summary>
/// <param name="Group">The API group, such as <c>discovery.k8s.io</c>; empty for the core.</param>
/// <param name="Versions">Versions of the group, the best first; the first that is served is watched.</param>
/// <param name="Plural">The name in paths, such as <c>endpointslices</c>.</param>
/// <param name="Parse">Reads an object.</param>
internal sealed record ResourceType<T>(string Group, IReadOnlyList<string> Versions, string Plural, ResourceParser<T> Parse)
    where T : class
{
    /// <summary>Called with an object that was read and the version of it before: gives one that says the same as the first, and shares with the second
    /// what is the same in both. Null: each version is for itself.</summary>
    public Func<T, T, T>? Keep { get; init; }

    /// <summary>The server is asked for nothing but the metadata of objects: labels and annotations, without <c>spec</c> and <c>status</c>.</summary>
    public bool IsMetadataOnly { get; init; }

    /// <summary>As in RBAC rules and in kubectl: <c>endpointslices.discovery.k8s.io</c>.</summary>
    public string Name => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <param name="group">As <see cref="Group"/>.</param>
    /// <param name="versions">As <see cref="Versions"/>.</param>
    /// <param name="plural">As <see cref="Plural"/>.</param>
    /// <param name="json">Of a source-generated context; its type has the fields that are read, and no others.</param>
    public static ResourceType<T> Of(string group, IReadOnlyList<string> versions, string plural, JsonTypeInfo<T> json)
        => new(group, versions, plural, (_, text) => JsonSerializer.Deserialize(text, json) ?? throw new JsonException("The object is null."));
}
