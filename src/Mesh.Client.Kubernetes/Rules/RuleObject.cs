namespace Mesh.Client.Kubernetes.Rules;

/// <summary>An object of rules as it was last read.</summary>
/// <param name="Document">Its rules.</param>
/// <param name="ApiVersion">In which it was read.</param>
/// <param name="Uid">Tells it from others of its name before and after it.</param>
/// <param name="Generation">Counts what people changed; 0 where the server does not count.</param>
internal sealed record RuleObject(MeshDocument Document, string ApiVersion, string Uid, long Generation)
{
    /// <summary>The type of the condition by which findings are told in the status of an object.</summary>
    public const string Condition = "mesh-client/Accepted";

    /// <summary>Its status has that condition.</summary>
    public bool IsReported { get; init; }
}
