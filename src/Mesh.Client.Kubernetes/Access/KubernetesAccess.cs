using System.Net.Http.Headers;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>Where the API server is and as whom it is asked, as read at one moment. Immutable.</summary>
/// <param name="Place">Where it was read, for messages: a file and its context, or the service account.</param>
/// <param name="Transport">What a connection depends on.</param>
/// <param name="Namespace">The namespace that the place gives for this workload; null where it gives none.</param>
internal sealed record KubernetesAccess(string Place, TransportSettings Transport, string? Namespace)
{
    /// <summary>Shown with every request; null where none is needed, as with a client certificate.</summary>
    public AuthenticationHeaderValue? Authorization { get; init; }

    /// <summary>Where somebody else is asked for (<c>as</c>, <c>as-groups</c>).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Impersonation { get; init; } = [];

    /// <summary>When it is to be read again, for credentials that change in time; null where only a refusal says so.</summary>
    public DateTimeOffset? RefreshAt { get; init; }
}
