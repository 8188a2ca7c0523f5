using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Tests.Discovery;

/// <summary>A provider of Microsoft.Extensions.ServiceDiscovery that knows every service and answers what the test says.</summary>
internal sealed class ScriptedProvider : IServiceEndpointProviderFactory, IServiceEndpointProvider
{
    private readonly ChangeSignal _changed = new();
    private volatile IReadOnlyList<(string Address, Action<IFeatureCollection>? Describe)> _endpoints = [];
    private int _questions;

    public int Questions => Volatile.Read(ref _questions);

    /// <summary>Runs after the endpoints were read and before they are handed over.</summary>
    public Func<Task>? Answering { get; set; }

    public void Set(params (string Address, Action<IFeatureCollection>? Describe)[] endpoints) => _endpoints = endpoints;

    /// <summary>Says that there is news.</summary>
    public void Signal() => _changed.Fire();

    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        provider = this;
        return true;
    }

    public async ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _questions);
        endpoints.AddChangeToken(_changed.Token);
        var known = _endpoints;
        if (Answering is { } answering)
        {
            await answering();
        }

        foreach (var (address, describe) in known)
        {
            var features = new FeatureCollection();
            describe?.Invoke(features);
            endpoints.Endpoints.Add(ServiceEndpoint.Create(IPEndPoint.Parse(address), features));
        }
    }

    public ValueTask DisposeAsync() => default;
}
