using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests;

/// <summary>A cluster manager in fake time, whose services are static or answered by the test.</summary>
public abstract class ClusterManagerTestBase : IDisposable
{
    protected ClusterManagerTestBase()
    {
        Manager = new ClusterManager(
            Time,
            MeshRandom.Seeded(1),
            NullLoggerFactory.Instance,
            kind => kind == DiscoveryKind.Static ? Static : Scripted,
            _ => false);
        Manager.EndpointRemoved += endpoint => Removed.Add(endpoint.Endpoint.Address);
    }

    private protected TestClock Time { get; } = new();

    private protected StaticEndpointSource Static { get; } = new();

    /// <summary>The source of every service that is not static.</summary>
    private protected ScriptedSource Scripted { get; } = new();

    private protected ClusterManager Manager { get; }

    /// <summary>The addresses of endpoints that went, in order.</summary>
    private protected List<string> Removed { get; } = [];

    public void Dispose()
    {
        Manager.Dispose();
        GC.SuppressFinalize(this);
    }
}
