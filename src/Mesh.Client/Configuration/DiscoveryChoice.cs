namespace Mesh.Client.Configuration;

/// <summary>What <c>Discovery</c> names.</summary>
/// <param name="Kind">The way that endpoints are found.</param>
/// <param name="Source">The name of the source as it was registered, for <see cref="DiscoveryKind.Source"/>; else null.</param>
internal readonly record struct DiscoveryChoice(DiscoveryKind Kind, string? Source = null)
{
    public static implicit operator DiscoveryChoice(DiscoveryKind kind) => new(kind);

    /// <summary>The word for it.</summary>
    public override string ToString() => Source ?? Kind.ToString();
}
