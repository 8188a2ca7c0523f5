using Microsoft.Extensions.Logging;

namespace Mesh.Client.Pipeline;

/// <summary>The log messages of the pipeline, numbered from 6000.</summary>
internal static partial class PipelineLog
{
    public const string Category = "Mesh.Client.Pipeline";

    [LoggerMessage(6001, LogLevel.Warning,
        "Client '{Client}' has a resilience handler of Microsoft.Extensions.Http.Resilience beside the mesh: both retry and both time out, so "
        + "that attempts multiply. Remove that handler from the client, or take the client out of the mesh with WithoutMesh().")]
    public static partial void ResilienceHandlerBeside(ILogger logger, string client);

    [LoggerMessage(6002, LogLevel.Warning,
        "{Host} does not declare port {Port}; calls to it {Consequence}. Declared: {Declared}. Add the port to Ports of the service, or call a "
        + "declared one; a service without Ports takes any port number.", EventName = "UndeclaredPort")]
    public static partial void UndeclaredPort(ILogger logger, string host, string port, string declared, string consequence);
}
