namespace Mesh.Client.Configuration;

/// <summary>How calls of clients in one locality are spread.</summary>
/// <param name="From">The clients.</param>
/// <param name="To">Weights of 1 to 100 whose sum is 100, in the order in which they are written.</param>
internal sealed record LocalityDistribution(LocalityPattern From, IReadOnlyList<KeyValuePair<LocalityPattern, int>> To);
