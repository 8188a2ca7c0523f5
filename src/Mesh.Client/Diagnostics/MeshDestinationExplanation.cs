namespace Mesh.Client.Diagnostics;

/// <summary>One place to which a call can go. Immutable.</summary>
public sealed class MeshDestinationExplanation
{
    internal MeshDestinationExplanation()
    {
    }

    /// <summary>The host as the rule wrote it, or the service where no rule applies.</summary>
    public string Host { get; internal init; } = "";

    /// <summary>The subset as the rule wrote it; null for the whole service.</summary>
    public string? Subset { get; internal init; }

    /// <summary>The weight as the rule wrote it; 0 where there is none.</summary>
    public int Weight { get; internal init; }

    /// <summary>How many of the calls come here, in percent: 100 for the only destination, 0 for a weight of 0 beside others.</summary>
    public double Share { get; internal init; }

    /// <summary>What the rule changes on request and response of calls that come here, in the order in which it is done; empty for nothing.</summary>
    public IReadOnlyList<MeshSetting> Changes { get; internal init; } = [];

    /// <summary>The subset that the caller asks for in place of the rule's; null where it asks for none.</summary>
    public string? SubsetOfCaller { get; internal init; }

    /// <summary>By what the call is kept together with others where it comes here and the cluster has consistent hashing, such as <c>header x-user</c>,
    /// and what happens where the request does not have it. Null elsewhere. Looked at before the changes of the rule, and without the cookies that
    /// the client adds by itself.</summary>
    public string? HashedBy { get; internal init; }

    /// <summary>Whom the call reaches; null where the mesh has no cluster for it, and for a share of 0.</summary>
    public MeshClusterExplanation? Cluster { get; internal init; }

    /// <summary>The mesh's own answer to calls that come here; null where they are sent to an endpoint, as far as is known without sending.</summary>
    public MeshAnswerExplanation? Answer { get; internal init; }
}
