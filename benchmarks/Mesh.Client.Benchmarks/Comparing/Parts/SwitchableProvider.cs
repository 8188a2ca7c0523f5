using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>A provider of Microsoft.Extensions.ServiceDiscovery whose list of endpoints is changed by hand.</summary>
internal sealed class SwitchableProvider : IServiceEndpointProviderFactory, IServiceEndpointProvider
{
    private ConfigurationReloadToken _change = new();
    private int _count;

    public SwitchableProvider(int count) => _count = count;

    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        provider = this;
        return true;
    }

    public ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
    {
        endpoints.AddChangeToken(_change);
        for (var index = 0; index < _count; index++)
        {
            var address = new IPAddress([10, (byte)(index >> 16), (byte)(index >> 8), (byte)index]);
            endpoints.Endpoints.Add(ServiceEndpoint.Create(new IPEndPoint(address, 80)));
        }

        return ValueTask.CompletedTask;
    }

    public void Switch(int count)
    {
        _count = count;
        Interlocked.Exchange(ref _change, new ConfigurationReloadToken()).OnReload();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
