using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes;

/// <summary>The API server of this process and how it is watched: made once, for everything that is read of it. Thread-safe.</summary>
internal sealed class KubernetesCluster : IDisposable
{
    /// <param name="options">Not changed any more.</param>
    /// <param name="server">The server; disposed here.</param>
    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="loggerFactory">Where watches tell of themselves.</param>
    public KubernetesCluster(
        MeshKubernetesOptions options, ApiServer server, TimeProvider timeProvider, MeshRandom random, ILoggerFactory loggerFactory)
    {
        (Options, Server, TimeProvider, Random) = (options, server, timeProvider, random);
        Logger = loggerFactory.CreateLogger(WatchLog.Category);
    }

    public MeshKubernetesOptions Options { get; }

    public ApiServer Server { get; }

    public TimeProvider TimeProvider { get; }

    public MeshRandom Random { get; }

    public ILogger Logger { get; }

    /// <summary>Whether the options let objects of the namespace be read.</summary>
    public bool Includes(ReadOnlySpan<char> @namespace)
    {
        var named = Options.Namespaces;
        for (var index = 0; index < named.Count; index++)
        {
            if (@namespace.SequenceEqual(named[index]))
            {
                return true;
            }
        }

        return named.Count == 0;
    }

    /// <summary>A watch that is not started yet; whoever asks for it disposes it.</summary>
    public ResourceWatch<T> Watch<T>(ResourceType<T> type, ResourceScope scope)
        where T : class
        => new(Server, type, scope, TimeProvider, Random, Logger);

    public void Dispose() => Server.Dispose();
}
