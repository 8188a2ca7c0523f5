namespace Mesh.Client.Configuration;

internal sealed record PortConfiguration
{
    /// <summary>1 to 65535.</summary>
    public required int Number { get; init; }

    public string? Name { get; init; }

    /// <summary>The port of endpoints that name none; null is <see cref="Number"/>.</summary>
    public int? TargetPort { get; init; }

    /// <summary>HTTP, HTTPS, HTTP2 or GRPC; null is HTTP.</summary>
    public string? Protocol { get; init; }
}
