namespace Mesh.Client.Configuration;

/// <summary>The protocol <c>grpc.health.v1</c>.</summary>
/// <param name="ServiceName">Empty asks for the server as a whole.</param>
internal sealed record GrpcHealthCheck(string ServiceName) : HealthCheckProtocol;
