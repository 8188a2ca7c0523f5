using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Kubernetes;

/// <summary>Kubernetes for meshes without dependency injection; each has watches of its own.</summary>
internal sealed class KubernetesPart(MeshKubernetesOptions options) : IMeshPart
{
    public MeshKubernetesOptions Options { get; } = options;

    public MeshPartServices Create(MeshHandlerOptions options, Func<IMeshConfigurationAccessor> mesh)
    {
        if (Options.Reports != MeshKubernetesReports.None)
        {
            throw new InvalidOperationException(
                $"{nameof(MeshKubernetesOptions)}.{nameof(MeshKubernetesOptions.Reports)} is {Options.Reports}, and findings are told at the API server by applications with a host alone. Leave it {nameof(MeshKubernetesReports.None)}, or use AddMeshClient.");
        }

        var time = options.TimeProvider ?? TimeProvider.System;
        var access = new AccessLoader(Options, time);
        var cluster = new KubernetesCluster(
            Options, new ApiServer(access, time), time, MeshRandom.Unseeded, options.LoggerFactory ?? NullLoggerFactory.Instance);
        var watches = new ServiceWatches(cluster);
        var documents = new ServiceDocuments(
            new WorkloadIdentity(Options, new AccessLoader(Options, time), Environment.GetEnvironmentVariable, cluster.Logger));
        var directory = new ServiceDirectory(cluster, watches, documents, mesh);
        var rules = new KubernetesRuleSource(cluster);
        var place = new OwnPlace(OwnPlace.NodeOf(Environment.GetEnvironmentVariable), documents, mesh);
        return new MeshPartServices(
            [documents, rules], [new KubernetesEndpointSource(cluster, watches, place, mesh)], directory, new Owner([directory, rules, watches, cluster]));
    }

    /// <summary>Ends all in this order.</summary>
    private sealed class Owner(IReadOnlyList<IDisposable> owned) : IDisposable
    {
        public void Dispose()
        {
            foreach (var part in owned)
            {
                part.Dispose();
            }
        }
    }
}
