using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>The log messages about Services, numbered from 9100.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(9100, LogLevel.Warning, "Service {Service} has EndpointSlices of addressType FQDN, which are not used, as in kube-proxy. Use a Service of type ExternalName, or a ServiceEntry with resolution DNS.", EventName = "NamesUnusable")]
    public static partial void NamesUnusable(ILogger logger, string service);

    [LoggerMessage(9101, LogLevel.Information, "{Host} is the Kubernetes Service {Service}; it is followed from now on.", EventName = "ServiceFound")]
    public static partial void Found(ILogger logger, string host, string service);

    [LoggerMessage(9102, LogLevel.Warning, "The Kubernetes Service {Service} is gone; calls to it pass by the mesh until it is there again.", EventName = "ServiceGone")]
    public static partial void Gone(ILogger logger, string service);

    [LoggerMessage(9103, LogLevel.Information, "The Kubernetes Service {Service} is there again.", EventName = "ServiceBack")]
    public static partial void Back(ILogger logger, string service);

    [LoggerMessage(9105, LogLevel.Warning, "Service {Service} has internalTrafficPolicy Local and this process does not know its node, so that endpoints of all nodes are called. Set the environment variable NODE_NAME from spec.nodeName.", EventName = "NodeUnknown")]
    public static partial void NodeUnknown(ILogger logger, string service);

    [LoggerMessage(9104, LogLevel.Warning, "{File}, which should hold the labels of this pod, cannot be used: {Problem}", EventName = "PodLabelsUnreadable")]
    public static partial void PodLabelsUnreadable(ILogger logger, string file, string problem);
}
