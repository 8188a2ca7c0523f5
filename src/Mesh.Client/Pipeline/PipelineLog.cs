using Microsoft.Extensions.Logging;

namespace Mesh.Client.Pipeline;

internal static partial class PipelineLog
{
    [LoggerMessage(6001, LogLevel.Warning,
        "Client '{Client}' has a resilience handler of Microsoft.Extensions.Http.Resilience beside the mesh: both retry and both time out, so "
        + "that attempts multiply. Remove that handler from the client, or take the client out of the mesh with WithoutMesh().")]
    public static partial void ResilienceHandlerBeside(ILogger logger, string client);
}
