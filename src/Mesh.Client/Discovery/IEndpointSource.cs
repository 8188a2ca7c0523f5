namespace Mesh.Client.Discovery;

/// <summary>Knows where endpoints are. Its one job is to ask once; keeping, refreshing and surviving failures is
/// <see cref="EndpointWatcher"/>'s.</summary>
internal interface IEndpointSource
{
    /// <summary>What the source says now. Completes synchronously where it need not ask anyone.</summary>
    /// <exception cref="DiscoveryException">The source could not say.</exception>
    ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken);
}
