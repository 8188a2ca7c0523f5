namespace Mesh.Client.Model;

/// <summary>A declared port; <paramref name="TargetPort"/> is where endpoints without a port of their own listen.</summary>
internal sealed record PortModel(int Number, string? Name, int TargetPort);
