using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>Adds what tells findings to those who write rules; it does nothing unless asked for.</summary>
internal static class ReportRegistration
{
    public static void Add(IServiceCollection services) => services.AddHostedService<RuleReporter>();
}
