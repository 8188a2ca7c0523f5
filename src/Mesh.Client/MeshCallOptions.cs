namespace Mesh.Client;

/// <summary>What a caller asks of the mesh for one request. Set it with <c>request.SetMesh(...)</c> before sending. Immutable; one object
/// can serve many requests.</summary>
public sealed class MeshCallOptions
{
    /// <summary>The subset to call in place of the one that the matching rule chose, of the service to which that rule leads; of the host that is
    /// called where no rule applies to it. Where rules apply and none matches, the answer stays 404. The subset must be defined by a DestinationRule, else the answer is 503 with flag <c>NC</c>.
    /// A redirect to another host is followed without it. Null, the default, follows the rules.</summary>
    public string? Subset { get; init; }

    /// <summary>By what the call is kept together with others in place of the rule's header, cookie, address or query parameter: calls with equal
    /// keys go to one endpoint. It counts where the DestinationRule of the host that is reached has <c>consistentHash</c>, and means nothing elsewhere.
    /// Any text; a key and a header with the same value meet. Null, the default, follows the rule.</summary>
    public string? HashKey { get; init; }

    /// <summary>The time for the whole call, from the route to the end of the response body with all attempts, in place of the rule's
    /// <c>timeout</c>; longer than zero and shorter than 49 days. <see cref="HttpClient.Timeout"/> holds beside it. Null, the default,
    /// follows the rule.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How much it matters that the call is answered, for limits that turn away the lowest class first. Null, the default, is the class of
    /// the request that is being handled, where <c>UseMesh()</c> found one in its baggage, else <see cref="MeshCriticality.Critical"/>. It goes on with
    /// the call to hosts inside of the mesh, in baggage. A value that is not one of the enumeration is refused.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public MeshCriticality? Criticality
    {
        get;
        init => field = value is null or (>= MeshCriticality.Sheddable and <= MeshCriticality.CriticalPlus)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The class is one of MeshCriticality.");
    }

    /// <summary>The request is sent once, whatever the rules say. False by default.</summary>
    public bool DisableRetries { get; init; }
}
