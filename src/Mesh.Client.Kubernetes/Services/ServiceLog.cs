using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>The log messages about Services, numbered from 9300.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(9300, LogLevel.Warning, "Service {Service} has EndpointSlices of addressType FQDN, which are not used, as in kube-proxy. Use a Service of type ExternalName, or a ServiceEntry with resolution DNS.", EventName = "NamesUnusable")]
    public static partial void NamesUnusable(ILogger logger, string service);

    [LoggerMessage(9301, LogLevel.Information, "{Host} is the Kubernetes Service {Service}; it is followed from now on.", EventName = "ServiceFound")]
    public static partial void Found(ILogger logger, string host, string service);

    [LoggerMessage(9302, LogLevel.Warning, "The Kubernetes Service {Service} is gone; calls to it pass by the mesh until it is there again.", EventName = "ServiceGone")]
    public static partial void Gone(ILogger logger, string service);

    [LoggerMessage(9303, LogLevel.Information, "The Kubernetes Service {Service} is there again.", EventName = "ServiceBack")]
    public static partial void Back(ILogger logger, string service);

    [LoggerMessage(9305, LogLevel.Warning, "Service {Service} has internalTrafficPolicy Local and this process does not know its node, so that endpoints of all nodes are called. Set the environment variable NODE_NAME from spec.nodeName.", EventName = "NodeUnknown")]
    public static partial void NodeUnknown(ILogger logger, string service);

    [LoggerMessage(9304, LogLevel.Warning, "{File}, which should hold the labels of this pod, cannot be used: {Problem}", EventName = "PodLabelsUnreadable")]
    public static partial void PodLabelsUnreadable(ILogger logger, string file, string problem);

    [LoggerMessage(9306, LogLevel.Warning, "The API server does not say whether there is a Service {Service}; it is called as it was known {Age} ago in an earlier run, until the server answers: {Problem}", EventName = "ServiceRestored")]
    public static partial void Restored(ILogger logger, string service, TimeSpan age, string problem);

    [LoggerMessage(9307, LogLevel.Information, "The Kubernetes Service {Service} was not called for {Idle} and is not followed any more; the next call finds it anew.", EventName = "ServiceIdle")]
    public static partial void Idle(ILogger logger, string service, TimeSpan idle);
}
