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
        "{Host} does not declare port {Port}, or the Sidecar of this process hides it; calls to it {Consequence}. Declared and seen: "
        + "{Declared}. Add the port to Ports of the service, or call a declared one; a service without Ports takes any port number.", EventName = "UndeclaredPort")]
    public static partial void UndeclaredPort(ILogger logger, string host, string port, string declared, string consequence);

    [LoggerMessage(6003, LogLevel.Warning,
        "Calls of client '{Client}' to known hosts are sent by its own primary handler, with an endpoint's address in place of the host, because "
        + "that handler {Obstacle}. Redirects that it follows are not routed: an absolute one leaves the mesh, a relative one stays on the "
        + "endpoint. Cookies that it keeps belong to one endpoint and not to the service. Set {Settings} on it, or use a SocketsHttpHandler or "
        + "HttpClientHandler without ConnectCallback, PlaintextStreamFilter, Proxy and Credentials.")]
    public static partial void HopsBelowTheMesh(ILogger logger, string client, string obstacle, string settings);

    [LoggerMessage(6004, LogLevel.Warning,
        "A call of client '{Client}' to {Host} was to be sent again ({Condition}) and could not be, since its body {Obstacle}. Told once for each client.")]
    public static partial void BodyKeptRetry(ILogger logger, string client, string host, string condition, string obstacle);

    [LoggerMessage(6005, LogLevel.Warning,
        "A call of client '{Client}' to {Host} has {Header}: {Value}, of which nothing is made: {Reason}. Told once for each client.")]
    public static partial void BadRequestHeader(ILogger logger, string client, string host, string header, string value, string reason);
}
