namespace Mesh.Client.Configuration;

/// <summary>Who a rule is. Ties of age break by name, then namespace.</summary>
internal sealed record ResourceMetadata
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The resource as findings, logs and explanations name it: <c>VirtualService default/reviews</c>.</summary>
    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}
