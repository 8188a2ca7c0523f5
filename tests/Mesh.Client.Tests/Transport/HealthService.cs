using System.Collections.Concurrent;
using Grpc.Core;

namespace Mesh.Client.Tests.Transport;

/// <summary>The health service of a gRPC server: what the test says of each name.</summary>
internal sealed class HealthService(HealthService.Statuses statuses) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        => statuses.TryGetValue(request.Service, out var status)
            ? Task.FromResult(new HealthCheckResponse { Status = status })
            : throw new RpcException(new Status(StatusCode.NotFound, "unknown"));

    internal sealed class Statuses : ConcurrentDictionary<string, HealthCheckResponse.Types.ServingStatus>;
}
