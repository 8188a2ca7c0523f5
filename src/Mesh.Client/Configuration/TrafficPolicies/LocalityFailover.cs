namespace Mesh.Client.Configuration;

/// <summary>For clients in the region <paramref name="From"/> the region <paramref name="To"/> is the first to stand in.</summary>
internal sealed record LocalityFailover(string From, string To);
