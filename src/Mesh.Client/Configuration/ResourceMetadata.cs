namespace Mesh.Client.Configuration;

/// <summary>Who a rule is. Ties of age break by name, then namespace.</summary>
internal sealed record ResourceMetadata
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>Empty in a <see cref="LoadedDocument"/> that names none, since only all documents together say which namespace the
    /// mesh has; <see cref="ConfigurationMerger"/> fills it in.</summary>
    public required string Namespace { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>What <see cref="Annotations"/> ask to hear nothing of; null: everything is told.</summary>
    public Suppression? Suppression { get; init; }

    /// <summary>The resource as findings, logs and explanations name it: <c>VirtualService default/reviews</c>.</summary>
    public override string ToString() => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";

    /// <summary><see cref="CompareAge"/> for sorting: of rules that compete for a host the first has it.</summary>
    public static IComparer<ResourceMetadata> OldestFirst { get; } = Comparer<ResourceMetadata>.Create(CompareAge);

    /// <summary>Below zero where <paramref name="left"/> is the older: by time stamp (none is oldest, as in Istio), then name, then namespace.</summary>
    public static int CompareAge(ResourceMetadata left, ResourceMetadata right)
    {
        var byTime = Nullable.Compare(left.CreationTimestamp, right.CreationTimestamp);
        var byName = byTime != 0 ? byTime : string.CompareOrdinal(left.Name, right.Name);
        return byName != 0 ? byName : string.CompareOrdinal(left.Namespace, right.Namespace);
    }
}
