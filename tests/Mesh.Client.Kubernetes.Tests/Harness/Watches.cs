using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Watches as tests start them.</summary>
internal static class Watches
{
    public static ResourceWatch<Thing> Start(ScriptedApi api, LogCapture? log = null, ResourceType<Thing>? type = null, ResourceScope? scope = null)
        => Start(api.Connect(), type ?? Thing.Type, scope ?? new ResourceScope("demo"), api.Clock, log);

    /// <summary>In real time, against a real server.</summary>
    public static ResourceWatch<T> Start<T>(ApiServer server, ResourceType<T> type, ResourceScope scope, TimeProvider? time = null, LogCapture? log = null)
        where T : class
    {
        var watch = new ResourceWatch<T>(
            server, type, scope, time ?? TimeProvider.System, MeshRandom.Seeded(1), log?.CreateLogger(WatchLog.Category) ?? NullLogger.Instance);
        watch.Start();
        return watch;
    }

    public static ApiServer Connect(string kubeConfig)
        => new(new AccessLoader(new MeshKubernetesOptions { KubeConfig = kubeConfig }, TimeProvider.System), TimeProvider.System);

    /// <summary>Names and values, in order.</summary>
    public static IEnumerable<string> Values(this ResourceWatch<Thing> watch)
        => watch.Objects.Values.Select(resource => $"{resource.Key.Name}={resource.Value.Value}").Order(StringComparer.Ordinal);

    public static IEnumerable<string> Names<T>(this ResourceWatch<T> watch)
        where T : class
        => watch.Objects.Keys.Select(key => key.Name).Order(StringComparer.Ordinal);
}
