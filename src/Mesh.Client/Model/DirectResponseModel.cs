namespace Mesh.Client.Model;

/// <summary>A rule that answers by itself.</summary>
internal sealed record DirectResponseModel(int Status, ReadOnlyMemory<byte> Body);
