namespace Mesh.Client.Kubernetes.Services;

/// <summary>What a slice says of all its endpoints. Equal to another that says the same.</summary>
/// <param name="Family">Of their addresses.</param>
/// <param name="Ports">Where they listen, for TCP; empty where there is none to tell.</param>
internal sealed record SliceTerms(AddressFamily Family, SlicePort[] Ports)
{
    public bool Equals(SliceTerms? other) => other is not null && Family == other.Family && Ports.AsSpan().SequenceEqual(other.Ports);

    public override int GetHashCode() => HashCode.Combine(Family, Ports.Length);
}
