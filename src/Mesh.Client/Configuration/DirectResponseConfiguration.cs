namespace Mesh.Client.Configuration;

internal sealed record DirectResponseConfiguration
{
    public required int Status { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }
}
