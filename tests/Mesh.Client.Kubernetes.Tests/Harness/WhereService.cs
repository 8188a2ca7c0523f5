using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Tells the address that was called, as <see cref="PodServer"/> does.</summary>
internal sealed class WhereService : Where.WhereBase
{
    public override Task<WhereReply> Ask(WhereRequest request, ServerCallContext context)
        => Task.FromResult(new WhereReply { Address = context.GetHttpContext().Connection.LocalIpAddress!.ToString() });
}
