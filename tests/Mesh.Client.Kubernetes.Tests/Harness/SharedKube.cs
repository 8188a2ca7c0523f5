using Mesh.Client.Kubernetes.Tests.Harness;

[assembly: AssemblyFixture(typeof(SharedKube))]

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>The API server of all tests that leave it running, started by the first that asks. A test gets namespaces of its own; whoever kills,
/// pauses or compacts takes a <see cref="KubeServer"/> of its own.</summary>
public sealed class SharedKube : IAsyncDisposable
{
    private readonly Lazy<Task<KubeServer>> _server = new(() => KubeServer.StartAsync());

    internal Task<KubeServer> ServerAsync() => _server.Value;

    /// <summary>A new namespace, which stays behind: without controllers a deleted one would never be gone.</summary>
    internal async Task<string> NamespaceAsync()
    {
        var name = "test-" + Guid.NewGuid().ToString("N")[..12];
        var server = await ServerAsync();
        await server.Api.CreateAsync("/api/v1/namespaces", $$"""{ "metadata": { "name": "{{name}}" } }""");
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && await Task.WhenAny(_server.Value) is { IsCompletedSuccessfully: true } started)
        {
            await (await started).DisposeAsync();
        }
    }
}
