using Mesh.Client.Model;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Discovery;

/// <summary>What a source said: the endpoints in a stable order, and for how long that may be believed.</summary>
/// <param name="Endpoints">Empty: the source says that there are none, which is an answer and not a failure.</param>
/// <param name="ValidFor"><see cref="Timeout.InfiniteTimeSpan"/>: until the change token or another question of the service says otherwise.</param>
internal sealed record EndpointAnswer(IReadOnlyList<Endpoint> Endpoints, TimeSpan ValidFor)
{
    /// <summary>Signals that asking again would give another answer.</summary>
    public IChangeToken? ChangeToken { get; init; }

    /// <summary>No endpoints means none, at once. Others may say so wrongly when in trouble, and are asked again first.</summary>
    public bool IsEmptinessFinal { get; init; }

    /// <summary>Tells which known endpoints of the same question this answer says nothing about, because a part of it failed: of one address
    /// family, whose own newest answer goes on being served. Null: it is complete.</summary>
    public Func<Endpoint, bool>? LeavesOpen { get; init; }

    /// <summary>The source has failed before and has yet to show that it holds: failures in a row go on being counted from where they stood.</summary>
    public bool IsOnProbation { get; init; }

    /// <summary>Why the source cannot confirm its answer at present; null where it does.</summary>
    public string? Doubt { get; init; }

    /// <summary>Who answered what, for logs and status where there are no endpoints.</summary>
    public string? Explanation { get; init; }
}
