namespace Mesh.Client.Model;

/// <summary>A condition on the first value of one query parameter, as it stands in the address, escaped.</summary>
internal sealed record QueryMatchModel(string Name, StringMatchModel Value);
