namespace Mesh.Client.Kubernetes.Watching;

/// <summary>Which objects of a resource are watched.</summary>
/// <param name="Namespace">Null: all namespaces, or a resource without any.</param>
internal sealed record ResourceScope(string? Namespace)
{
    /// <summary>Such as <c>kubernetes.io/service-name=reviews</c>; null for all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Such as <c>metadata.name=reviews</c>; null for all.</summary>
    public string? FieldSelector { get; init; }

    public static ResourceScope Everywhere { get; } = new((string?)null);

    public override string ToString()
    {
        var where = Namespace is null ? "in all namespaces" : $"in namespace {Namespace}";
        var selectors = string.Join(",", new[] { LabelSelector, FieldSelector }.Where(selector => selector is not null));
        return selectors.Length == 0 ? where : $"{where} with {selectors}";
    }
}
