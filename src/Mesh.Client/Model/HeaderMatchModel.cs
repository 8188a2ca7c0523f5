namespace Mesh.Client.Model;

internal sealed record HeaderMatchModel(string Name, StringMatchModel Value);
